import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
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
import { StorageFolder } from './support/storage-folder';

jest.setTimeout(60_000);

const path = '/system/scrub';
const fast = { bytes_per_second: 1024 ** 3 };

describe('scrubs', () => {
  let fixture: ProjectFixture;
  let api: Api;
  let repository: RepositoryClient;

  beforeAll(async () => {
    fixture = await openProject('scrubbed');
    ({ api } = fixture);
    repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.maintainer);
  });

  itCovers(
    ['createScrubSchedule', 'getScrub', 'listScrubs', 'getScrubLog'],
    'find a damaged blob, which a push brings back',
    async () => {
      const storage = new StorageFolder(fixture.platform);
      const [whole, bytes] = [uniqueLayer(), uniqueLayer()];
      await repository.pushImage('whole', whole);
      await repository.pushImage('damaged', bytes);
      const { digest } = await repository.pushBlob(bytes, MediaType.layer);
      const damaged = Buffer.from(bytes);
      damaged[bytes.length - 1]! ^= 1;
      storage.write(storage.blobPath(digest), damaged);

      const started = await api.call('POST', `${path}/schedule`, { schedule: { type: 'Manual' }, parameters: fast });
      const { headers, text } = expectStatus(started, 201);
      expect(headers.location).toMatch(/^\/api\/v2\.0\/system\/scrub\/\d+$/);
      expect(text).toBe('');
      const there = String(headers.location).replace('/api/v2.0', '');
      const run = await ended(api, there);
      expect(run).toMatchObject({ job_status: 'Success', job_name: 'BLOB_SCRUB', job_kind: 'MANUAL', deleted: false });
      const result = JSON.parse(run.job_parameters) as Record<string, number>;
      expect(result).toMatchObject({ ...fast, corrupt: 1 });
      expect(result.blobs_read).toBeGreaterThanOrEqual(4);
      expect(result.bytes_read).toBeGreaterThanOrEqual(2 * bytes.length);

      const listed = expectStatus(await api.call('GET', `${path}?page_size=1&sort=-id`), 200);
      expect(Number(listed.headers['x-total-count'])).toBeGreaterThanOrEqual(1);
      expect(listed.json<SystemRun[]>()).toEqual([run]);
      const log = expectStatus(await api.call('GET', `${there}/log`), 200);
      expect(log.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(log.text).toContain(`${digest}: corrupt`);
      const followed = expectStatus(await api.call('GET', `${there}/log`, undefined, 'text/event-stream'), 200);
      expect(followed.text.trimEnd()).toMatch(/event: end\ndata: \{"status":"Success"\}$/);

      expectStatus(await repository.send('GET', `blobs/${digest}`), 404);
      expect(storage.read(`docker/registry/v2/quarantine/${digest.replace(':', '-')}`)).toEqual(damaged);
      await repository.pushBlob(bytes, MediaType.layer);
      expect(expectStatus(await repository.send('GET', `blobs/${digest}`), 200).body).toEqual(bytes);
    },
  );

  itCovers(['stopScrub', 'getScrub'], 'are stopped before they begin', async () => {
    await whilePaused(api, 'BLOB_SCRUB', async () => {
      const there = await startByHand(api, path, fast);
      expect(await api.get(there)).toMatchObject({ job_status: 'Running' });
      expect(expectStatus(await api.call('PUT', there), 200).text).toBe('');
      expect(await api.get(there)).toMatchObject({ job_status: 'Stopped' });
    });
  });

  itCovers(['createScrubSchedule', 'getScrubSchedule', 'updateScrubSchedule'], 'have a schedule', async () => {
    const schedule = `${path}/schedule`;
    await withoutSchedule(api, schedule);
    expect(await api.create(schedule, { schedule: { type: 'Weekly' }, parameters: fast })).toBe(schedule);
    const weekly = await api.get<ShownSchedule>(schedule);
    expect(weekly.schedule).toMatchObject({ type: 'Weekly', cron: '0 0 0 * * 0' });
    expect(Date.parse(weekly.schedule!.next_scheduled_time)).toBeGreaterThan(Date.now());
    expect(JSON.parse(weekly.job_parameters!)).toEqual(fast);
    expect(await scheduledTypes(api)).toContain('BLOB_SCRUB');

    const changed = { schedule: { type: 'Custom', cron: '0 45 2 * * *' }, parameters: fast };
    expect(expectStatus(await api.call('PUT', schedule, changed), 200).text).toBe('');
    expect((await api.get<ShownSchedule>(schedule)).schedule).toMatchObject(changed.schedule);
    expectStatus(await api.call('PUT', schedule, { schedule: { type: 'Custom', cron: '45 2 * * *' } }), 400);
    expectStatus(await api.call('POST', schedule, { ...changed, parameters: { bytes_per_second: 1 } }), 400);
    expectStatus(await api.call('PUT', schedule, { schedule: { type: 'None' } }), 200);
    expect(await api.get(schedule)).toEqual({});
    expect(await scheduledTypes(api)).not.toContain('BLOB_SCRUB');
  });

  it('are not found where there are none', async () => {
    expectStatus(await api.call('GET', `${path}/999999999`), 404);
    expectStatus(await api.call('PUT', `${path}/999999999`), 404);
    expectStatus(await api.call('GET', `${path}/999999999/log`), 404);
  });

  it('are nobody else’s', async () => {
    for (const [method, url] of [
      ['GET', path],
      ['GET', `${path}/schedule`],
      ['GET', `${path}/1`],
      ['PUT', `${path}/1`],
      ['GET', `${path}/1/log`],
    ] as const) {
      expectStatus(await new Api(fixture.platform, fixture.maintainer).call(method, url), 403);
      expectStatus(await new Api(fixture.platform).call(method, url), 401);
    }
  });
});
