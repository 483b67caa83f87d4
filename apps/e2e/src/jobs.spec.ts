import { Api } from './support/api';
import { basic, expectStatus } from './support/http';
import { currentPlatform } from './support/platform';
import { until } from './support/ports';

jest.setTimeout(60_000);

interface Run {
  id: number;
  job_status: string;
  job_parameters: string;
}

/** Jobs from the front door to the job service and back, with a purge of the audit log as the example. */
describe('jobs', () => {
  const platform = currentPlatform();
  const api = new Api(platform, platform.admin);
  const path = '/system/purgeaudit';

  /** Returns the path of the run. */
  async function purge(): Promise<string> {
    const parameters = { audit_retention_hour: 240_000, include_event_types: 'create_artifact', dry_run: false };
    const body = { schedule: { type: 'Manual' }, parameters };
    const { headers } = expectStatus(await api.call('POST', `${path}/schedule`, body), 201);
    return String(headers.location).replace(/^.*\/api\/v2\.0/, '');
  }
  const run = async (there: string) => expectStatus(await api.call('GET', there), 200).json<Run>();
  const success = (there: string) =>
    until('the purge', async () => (await run(there)).job_status === 'Success', 30_000);
  const queue = async () => {
    const queues = expectStatus(await api.call('GET', '/jobservice/queues'), 200);
    return queues
      .json<{ job_type: string; count: number; paused: boolean }[]>()
      .find(({ job_type: type }) => type === 'PURGE_AUDIT_LOG');
  };

  it('run, are in the history and have a log', async () => {
    const there = await purge();
    await success(there);
    const { id, job_parameters: parameters } = await run(there);
    expect(JSON.parse(parameters)).toMatchObject({ audit_retention_hour: 240_000, purged_entries: 0 });
    const history = expectStatus(await api.call('GET', path), 200).json<Run[]>();
    expect(history[0]).toMatchObject({ id, job_status: 'Success' });
    const log = expectStatus(await api.call('GET', `${there}/log`), 200);
    expect(log.text).toContain('0 entries purged');
  });

  it('tell their log while they run, also through the front door', async () => {
    const there = await purge();
    const headers = { authorization: basic(platform.admin), accept: 'text/event-stream' };
    const answer = await fetch(`${platform.httpUrl}/api/v2.0${there}/log`, { headers });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const told = await answer.text();
    expect(told).toContain('0 entries purged');
    expect(told.trimEnd()).toMatch(/event: end\ndata: \{"status":"Success"\}$/);
  });

  it('wait while their queue is paused', async () => {
    const act = async (action: string) =>
      expectStatus(await api.call('PUT', '/jobservice/queues/PURGE_AUDIT_LOG', { action }), 200);
    await act('pause');
    try {
      const there = await purge();
      expect(await queue()).toMatchObject({ paused: true, count: 1 });
      await act('resume');
      await success(there);
      expect(await queue()).toMatchObject({ paused: false, count: 0 });
    } finally {
      await act('resume');
    }
  });

  it('that wait are stopped', async () => {
    await api.call('PUT', '/jobservice/queues/PURGE_AUDIT_LOG', { action: 'pause' });
    try {
      const there = await purge();
      expectStatus(await api.call('PUT', there), 200);
      expect((await run(there)).job_status).toBe('Stopped');
    } finally {
      await api.call('PUT', '/jobservice/queues/PURGE_AUDIT_LOG', { action: 'resume' });
    }
  });

  it('have workers to run them', async () => {
    const pools = expectStatus(await api.call('GET', '/jobservice/pools'), 200);
    const [pool] = pools.json<{ worker_pool_id: string; concurrency: number }[]>();
    expect(pool).toMatchObject({ worker_pool_id: expect.any(String), concurrency: expect.any(Number) });
    const workers = await api.call('GET', `/jobservice/pools/${pool!.worker_pool_id}/workers`);
    expect(workers.json<unknown[]>()).toHaveLength(pool!.concurrency);
  });

  it('have schedules, made and ended', async () => {
    const listed = async () =>
      (await api.call('GET', '/schedules?page_size=100'))
        .json<{ vendor_type: string }[]>()
        .map(({ vendor_type: type }) => type);
    const parameters = { audit_retention_hour: 240_000, include_event_types: 'create_artifact' };
    const set = async (type: string) =>
      expectStatus(await api.call('PUT', `${path}/schedule`, { schedule: { type }, parameters }), 200);
    await set('Weekly');
    expect(await listed()).toContain('PURGE_AUDIT_LOG');
    await set('None');
    expect(await listed()).not.toContain('PURGE_AUDIT_LOG');
  });
});
