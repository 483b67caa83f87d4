import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { itCovers } from './support/operations';
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

const path = '/system/purgeaudit';
const harmless = { audit_retention_hour: 240_000, include_event_types: 'create_artifact', dry_run: false };

describe('the purge of the audit log', () => {
  let fixture: ProjectFixture;
  let api: Api;

  beforeAll(async () => {
    fixture = await openProject('purged');
    ({ api } = fixture);
  });

  itCovers(
    ['createPurgeSchedule', 'getPurgeJob', 'getPurgeHistory', 'getPurgeJobLog'],
    'runs, is in the history and has a log',
    async () => {
      const there = await startByHand(api, path, harmless);
      const run = await ended(api, there);
      expect(run).toMatchObject({ job_status: 'Success', job_name: 'PURGE_AUDIT_LOG', job_kind: 'MANUAL' });
      expect(JSON.parse(run.job_parameters)).toMatchObject({ audit_retention_hour: 240_000, purged_entries: 0 });
      expect((await api.get<SystemRun[]>(path))[0]).toMatchObject({ id: run.id, job_status: 'Success' });
      const log = expectStatus(await api.call('GET', `${there}/log`), 200);
      expect(log.text).toContain('0 entries purged');
    },
  );

  itCovers(['getPurgeJobLog'], 'tells its log while it runs', async () => {
    const there = await startByHand(api, path, harmless);
    const told = expectStatus(await api.call('GET', `${there}/log`, undefined, 'text/event-stream'), 200);
    expect(told.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(told.text).toContain('0 entries purged');
    expect(told.text.trimEnd()).toMatch(/event: end\ndata: \{"status":"Success"\}$/);
  });

  itCovers(['stopPurge'], 'is stopped while it waits', async () => {
    await whilePaused(api, 'PURGE_AUDIT_LOG', async () => {
      const there = await startByHand(api, path, harmless);
      expectStatus(await api.call('PUT', there), 200);
      expect(await api.get(there)).toMatchObject({ job_status: 'Stopped' });
    });
  });

  itCovers(['createPurgeSchedule', 'getPurgeSchedule', 'updatePurgeSchedule'], 'has a schedule', async () => {
    const schedule = `${path}/schedule`;
    await withoutSchedule(api, schedule);
    expect(await api.create(schedule, { schedule: { type: 'Daily' }, parameters: harmless })).toBe(schedule);
    const daily = await api.get<ShownSchedule>(schedule);
    expect(daily.schedule).toMatchObject({ type: 'Daily', cron: '0 0 0 * * *' });
    expect(JSON.parse(daily.job_parameters!)).toEqual(harmless);
    expect(await scheduledTypes(api)).toContain('PURGE_AUDIT_LOG');

    const changed = { schedule: { type: 'Custom', cron: '0 15 3 * * *' }, parameters: harmless };
    expectStatus(await api.call('PUT', schedule, changed), 200);
    expect((await api.get<ShownSchedule>(schedule)).schedule).toMatchObject(changed.schedule);
    const tooMuch = { ...changed, parameters: { ...harmless, audit_retention_hour: 240_001 } };
    expectStatus(await api.call('PUT', schedule, tooMuch), 400);
    expectStatus(await api.call('PUT', schedule, { schedule: { type: 'None' } }), 200);
    expect(await api.get(schedule)).toEqual({});
    expect(await scheduledTypes(api)).not.toContain('PURGE_AUDIT_LOG');
  });

  it('is nobody else’s', async () => {
    expectStatus(await new Api(fixture.platform, fixture.maintainer).call('GET', path), 403);
    expectStatus(await new Api(fixture.platform).call('GET', path), 401);
  });
});
