import { ExecutionsService, PoolsService, TaskLogs, TaskRuns, type ClaimedTask } from '@breakwater/executions';
import { randomUUID } from 'node:crypto';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
});
afterAll(() => core?.close());

const of = <T>(type: new (...args: never[]) => T): T => core.app.get(type, { strict: false });
const request = (method: string, path: string, body?: unknown) =>
  core.request(method, `/jobservice${path}`, { as: 'admin', body });
const poolId = randomUUID();

beforeEach(async () => {
  await core.database.query('DELETE FROM execution');
  await of(PoolsService).beat({ id: poolId, host: 'jobs-1', pid: 7, concurrency: 3 });
});

const retention = (repository: string) => ({
  job: 'RETENTION' as const,
  payload: { policyId: 1, repository, dryRun: false },
});
/** Returns the execution's id and those of its tasks. */
async function start(...repositories: string[]) {
  const tasks = repositories.map(retention);
  const id = (await of(ExecutionsService).start({ vendorType: 'RETENTION', vendorId: 1, trigger: 'MANUAL', tasks }))!;
  const rows = await core.database.query<{ id: number }>('SELECT id FROM task WHERE execution_id = $1 ORDER BY id', [
    id,
  ]);
  return { id, tasks: rows.map((row) => row.id) };
}
const claim = async (taskId: number): Promise<ClaimedTask> =>
  (await of(TaskRuns).claim(taskId, 'RETENTION', { poolId, leaseSeconds: 30 }))!;
const queue = async (type: string) =>
  (await request('GET', '/queues')).body.find((row: { job_type: string }) => row.job_type === type);

describe('queues', () => {
  it('are listed with what waits in them', async () => {
    await start('p/a', 'p/b');
    await core.database.query(`UPDATE task SET run_at = now() - interval '90 seconds'`);
    expect(await queue('RETENTION')).toEqual({
      job_type: 'RETENTION',
      count: 2,
      latency: expect.any(Number),
      paused: false,
    });
    expect((await queue('RETENTION')).latency).toBeGreaterThanOrEqual(90);
    expect(await queue('PURGE_AUDIT_LOG')).toEqual({
      job_type: 'PURGE_AUDIT_LOG',
      count: 0,
      latency: 0,
      paused: false,
    });
  });

  it('are paused and resumed, one or all', async () => {
    expect((await request('PUT', '/queues/RETENTION', { action: 'pause' })).status).toBe(200);
    expect([(await queue('RETENTION')).paused, (await queue('PURGE_AUDIT_LOG')).paused]).toEqual([true, false]);
    const { tasks } = await start('p/a');
    expect(await of(TaskRuns).claim(tasks[0]!, 'RETENTION', { poolId, leaseSeconds: 30 })).toBeUndefined();
    expect((await request('PUT', '/queues/all', { action: 'pause' })).status).toBe(200);
    expect((await queue('PURGE_AUDIT_LOG')).paused).toBe(true);
    expect((await request('PUT', '/queues/all', { action: 'resume' })).status).toBe(200);
    expect([(await queue('RETENTION')).paused, (await queue('PURGE_AUDIT_LOG')).paused]).toEqual([false, false]);
  });

  it('of schedules: whether they fire', async () => {
    const paused = async () => (await core.request('GET', '/schedules/all/paused', { as: 'admin' })).body;
    expect(await paused()).toEqual({ paused: false });
    await request('PUT', '/queues/SCHEDULER', { action: 'pause' });
    expect(await paused()).toEqual({ paused: true });
    await request('PUT', '/queues/SCHEDULER', { action: 'resume' });
    expect(await paused()).toEqual({ paused: false });
    expect((await core.request('GET', '/schedules/RETENTION/paused', { as: 'admin' })).status).toBe(400);
  });

  it('are emptied: what waits ends, what runs goes on', async () => {
    const { id, tasks } = await start('p/a', 'p/b');
    await claim(tasks[0]!);
    expect((await request('PUT', '/queues/RETENTION', { action: 'stop' })).status).toBe(200);
    expect(await of(ExecutionsService).get(id)).toMatchObject({ status: 'Running', tasks: { Running: 1, Stopped: 1 } });
    expect(await queue('RETENTION')).toMatchObject({ count: 0 });
  });

  it.each([
    ['a queue that does not exist', 'NOTHING', { action: 'pause' }, 404],
    ['an action that does not exist', 'RETENTION', { action: 'burn' }, 422],
    ['no action', 'RETENTION', {}, 422],
  ])('refuse %s', async (_what, name, body, status) => {
    expect((await request('PUT', `/queues/${name}`, body)).status).toBe(status);
  });
});

describe('worker pools', () => {
  it('are listed while they live', async () => {
    await core.database.query(
      `INSERT INTO worker_pool (id, host, pid, concurrency, heartbeat_time) VALUES ($1, 'gone', 8, 3, now() - interval '1 hour')`,
      [randomUUID()],
    );
    expect((await request('GET', '/pools')).body).toEqual([
      {
        worker_pool_id: poolId,
        host: 'jobs-1',
        pid: 7,
        concurrency: 3,
        start_at: expect.stringMatching(/Z$/),
        heartbeat_at: expect.stringMatching(/Z$/),
      },
    ]);
  });

  it('show who is busy with what, and who is free', async () => {
    const { tasks } = await start('p/a');
    const task = await claim(tasks[0]!);
    await of(TaskRuns).mergeAttributes(task, { repositories: 3 });
    for (const id of [poolId, 'all']) {
      const { body } = await request('GET', `/pools/${id}/workers`);
      expect(body).toHaveLength(3);
      expect(body[0]).toMatchObject({ pool_id: poolId, job_name: 'RETENTION', job_id: String(task.id) });
      expect(JSON.parse(body[0].check_in)).toEqual({ repositories: 3 });
      expect(body[1]).toMatchObject({ job_name: '', job_id: '', start_at: null });
      expect(new Set(body.map((worker: { id: string }) => worker.id)).size).toBe(3);
    }
    expect((await request('GET', `/pools/${randomUUID()}/workers`)).status).toBe(404);
  });
});

describe('a job', () => {
  it('that waits is stopped at once, one that runs is asked to', async () => {
    const { id, tasks } = await start('p/a', 'p/b', 'p/c');
    await claim(tasks[0]!);
    for (const task of tasks.slice(0, 2)) expect((await request('PUT', `/jobs/${task}`)).status).toBe(200);
    expect(await of(ExecutionsService).get(id)).toMatchObject({ tasks: { Running: 1, Stopped: 1, Pending: 1 } });
    expect(await asked()).toEqual([tasks[0]]);
    expect((await request('PUT', '/jobs/999999')).status).toBe(404);
  });

  it('that runs is stopped with all others', async () => {
    const { tasks } = await start('p/a', 'p/b', 'p/c');
    await claim(tasks[0]!);
    await claim(tasks[2]!);
    expect((await request('PUT', '/jobs/all')).status).toBe(200);
    expect(await asked()).toEqual([tasks[0], tasks[2]]);
  });

  it('that ends its execution, does', async () => {
    const { id, tasks } = await start('p/a');
    await request('PUT', `/jobs/${tasks[0]}`);
    expect(await of(ExecutionsService).get(id)).toMatchObject({ status: 'Stopped', endTime: expect.any(Date) });
  });

  it('has a log', async () => {
    const { tasks } = await start('p/a');
    const task = await claim(tasks[0]!);
    await of(TaskLogs).append(task, 'first\n');
    await of(TaskLogs).append(task, 'second\nthird\n');
    expect(await request('GET', `/jobs/${task.id}/log`)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'first\nsecond\nthird\n',
    });
    for (const id of ['999999', 'all', 'c0ffee']) expect((await request('GET', `/jobs/${id}/log`)).status).toBe(404);
  });

  const asked = async (): Promise<number[]> => {
    const rows = await core.database.query<{ id: number }>('SELECT id FROM task WHERE stop_requested ORDER BY id');
    return rows.map(({ id }) => id);
  };
});
