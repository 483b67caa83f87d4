import { openProject, type ProjectFixture } from './support/fixtures';
import { basic, expectStatus, send } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { MediaType, RepositoryClient } from './support/registry';
import {
  ended,
  scheduledTypes,
  startByHand,
  type ShownSchedule,
  type SystemRun,
  whilePaused,
  withoutSchedule,
} from './support/runs';

jest.setTimeout(60_000);

const path = '/system/gc';

describe('garbage collection', () => {
  let fixture: ProjectFixture;
  let repository: RepositoryClient;

  beforeAll(async () => {
    fixture = await openProject('collected');
    repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.maintainer);
  });

  const result = ({ job_parameters: text }: SystemRun) => JSON.parse(text) as Record<string, number>;
  const collect = async (parameters: object): Promise<SystemRun> =>
    ended(fixture.api, await startByHand(fixture.api, path, parameters));
  const used = async (): Promise<number> => {
    const summary = await fixture.api.get<{ quota: { used: { storage: number } } }>(
      `/projects/${fixture.project}/summary`,
    );
    return summary.quota.used.storage;
  };

  itCovers(['createGCSchedule', 'getGC', 'getGCHistory', 'getGCLog'], 'frees what was deleted for good', async () => {
    const { api, project } = fixture;
    const layer = await repository.pushBlob(uniqueLayer(), MediaType.layer);
    const config = await repository.pushBlob(Buffer.from(JSON.stringify({ author: project })), MediaType.config);
    const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers: [layer] };
    const digest = await repository.pushManifest('v1', manifest);
    const kept = await repository.pushImage('kept', uniqueLayer());
    const inUse = await used();
    await collect({});
    expectStatus(await repository.send('HEAD', `blobs/${layer.digest}`), 200);

    const images = `/projects/${project}/repositories/app`;
    expectStatus(await api.call('DELETE', `${images}/artifacts/${digest}`), 200);
    expectStatus(await api.call('DELETE', `${images}/deleted-artifacts/${digest}`), 200);
    expect(await used()).toBeLessThanOrEqual(inUse - layer.size);

    const counted = await collect({ dry_run: true });
    expect(result(counted).freed_space).toBeGreaterThanOrEqual(layer.size);
    const there = await startByHand(api, path, { workers: 2 });
    const followed = expectStatus(await api.call('GET', `${there}/log`, undefined, 'text/event-stream'), 200);
    expect(followed.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(followed.text.trimEnd()).toMatch(/event: end\ndata: \{"status":"Success"\}$/);
    const run = await ended(api, there);
    expect(run).toMatchObject({ job_status: 'Success', job_name: 'GARBAGE_COLLECTION', job_kind: 'MANUAL' });
    expect(result(run)).toMatchObject({ workers: 2, dry_run: false, freed_space: result(counted).freed_space });
    const { text } = await api.call('GET', `${there}/log`);
    // Manifests are freed as well.
    expect(text).toMatch(/removed 2 blobs, \d+ bytes; 0 could not be removed\n.*removed 1 manifests/);
    expect((await api.get<SystemRun[]>(path))[0]).toMatchObject({ id: run.id, job_status: 'Success' });

    expectStatus(await repository.send('HEAD', `blobs/${layer.digest}`), 404);
    expectStatus(await repository.send('GET', `manifests/${kept}`), 200);
    expect(result(await collect({})).freed_space).toBe(0);
  });

  itCovers(['stopGC', 'getGC'], 'is stopped before it begins', async () => {
    await whilePaused(fixture.api, 'GARBAGE_COLLECTION', async () => {
      const there = await startByHand(fixture.api, path, {});
      expect(await fixture.api.get(there)).toMatchObject({ job_status: 'Running' });
      expectStatus(await fixture.api.call('PUT', there), 200);
      expect(await fixture.api.get(there)).toMatchObject({ job_status: 'Stopped' });
    });
  });

  itCovers(['createGCSchedule', 'getGCSchedule', 'updateGCSchedule'], 'has a schedule', async () => {
    const { api } = fixture;
    const schedule = `${path}/schedule`;
    await withoutSchedule(api, schedule);
    const parameters = { delete_untagged: true, dry_run: false, workers: 3 };
    expect(await api.create(schedule, { schedule: { type: 'Weekly' }, parameters })).toBe(schedule);
    const weekly = await api.get<ShownSchedule>(schedule);
    expect(weekly.schedule).toMatchObject({ type: 'Weekly', cron: '0 0 0 * * 0' });
    expect(Date.parse(weekly.schedule!.next_scheduled_time)).toBeGreaterThan(Date.now());
    expect(JSON.parse(weekly.job_parameters!)).toEqual(parameters);
    expect(await scheduledTypes(api)).toContain('GARBAGE_COLLECTION');

    const changed = { schedule: { type: 'Custom', cron: '0 30 4 * * *' }, parameters };
    expectStatus(await api.call('PUT', schedule, changed), 200);
    expect((await api.get<ShownSchedule>(schedule)).schedule).toMatchObject(changed.schedule);
    expectStatus(await api.call('PUT', schedule, { schedule: { type: 'Custom', cron: '30 4 * * *' } }), 400);
    expectStatus(await api.call('PUT', schedule, { schedule: { type: 'None' } }), 200);
    expect(await api.get(schedule)).toEqual({});
    expect(await scheduledTypes(api)).not.toContain('GARBAGE_COLLECTION');
  });

  it('is nobody else’s', async () => {
    const authorization = basic(fixture.maintainer);
    const url = `${fixture.platform.httpUrl}/api/v2.0${path}`;
    expectStatus(await send(url, { headers: { authorization } }), 403);
    expectStatus(await send(url), 401);
  });
});
