import { PoolsService, QueuesService, SchedulesService, TaskLogs, type JobContext } from '@breakwater/executions';
import { createTestDatabase, testRedis, type TestDatabase } from '@breakwater/testing';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEngine, until, type EngineUnderTest, type TestJob } from '../testing/engine-under-test';

let testDatabase: TestDatabase;
let engine: EngineUnderTest;
const redis = testRedis();
/** What the jobs did, in order. */
let done: string[] = [];
let running = 0;
let most = 0;

async function counted(_context: JobContext, text: string): Promise<void> {
  most = Math.max(most, ++running);
  await sleep(30);
  running--;
  done.push(text);
}

const waitForSignal = async ({ signal }: JobContext, text: string) => {
  done.push(text);
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
};

const jobs: Record<string, TestJob> = {
  ECHO: {
    work: async (context, text) => {
      context.log(`hello ${text}`);
      context.progress({ seen: text });
      context.result({ echoed: text });
      done.push(text);
    },
  },
  FAILING: {
    work: async (context, text) => {
      done.push(`${text} ${context.run}`);
      if (context.run < Number(text)) throw new Error(`not in run ${context.run}`);
    },
  },
  SERIAL: { work: counted },
  EXCLUSIVE: { declaration: { exclusive: true }, work: counted },
  WAITING: { work: waitForSignal },
  SLOW: { declaration: { timeoutSeconds: 0.2, attempts: 1 }, work: waitForSignal },
  STEPS: {
    work: async (context, text) => {
      for (let step = (context.checkpoint as number | undefined) ?? 0; step < 5; step++)
        await context.advance(step + 1, async () => {
          done.push(`${text} ${step}`);
        });
    },
  },
  TICK: { work: async (_context, text) => void done.push(text) },
};

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  engine = await startEngine(jobs, { databaseUrl: testDatabase.url, redis });
});
afterAll(async () => {
  await engine.app.close();
  await testDatabase.drop();
});
beforeEach(() => {
  done = [];
  running = most = 0;
});

/** A task that a worker took which is dead by now. */
async function takenByTheDead(type: string, text: string, losses = 0): Promise<number> {
  const id = await engine.start(type, [text], { runAt: new Date(Date.now() + 60_000) });
  await engine.database.query(
    `UPDATE task SET status = 'Running', run = 1, losses = $2, run_at = now(), pool_id = $3, lease_until = now() - interval '1 second'
     WHERE execution_id = $1`,
    [id, losses, randomUUID()],
  );
  return id;
}

describe('a task', () => {
  it('runs, and shows what it told', async () => {
    const id = await engine.start('ECHO', ['a', 'b']);
    expect(await engine.ended(id)).toMatchObject({ status: 'Success', tasks: { Success: 2 } });
    const [first] = await engine.tasks(id);
    expect(first).toMatchObject({ status: 'Success', run: 1, extraAttrs: { seen: 'a', echoed: 'a' } });
    const logs = engine.app.get(TaskLogs, { strict: false });
    expect(await logs.read({ id: first!.id })).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[INFO\] hello a\n$/);
    expect(await logs.readAfter(first!.id, 0)).toEqual([{ sequence: 1, text: expect.stringContaining('hello a') }]);
    expect(await logs.readAfter(first!.id, 1)).toEqual([]);
  });

  it('waits for its time', async () => {
    const runAt = new Date(Date.now() + 700);
    const id = await engine.start('ECHO', ['later'], { runAt });
    expect((await engine.tasks(id))[0]).toMatchObject({ status: 'Scheduled' });
    const { endTime } = await engine.ended(id);
    expect(endTime!.getTime()).toBeGreaterThanOrEqual(runAt.getTime());
  });

  it('is tried again when it fails, as often as its job says', async () => {
    const id = await engine.start('FAILING', ['3']);
    expect(await engine.ended(id)).toMatchObject({ status: 'Success' });
    expect(done).toEqual(['3 1', '3 2', '3 3']);
    const hopeless = await engine.start('FAILING', ['9']);
    expect(await engine.ended(hopeless)).toMatchObject({ status: 'Error', statusMessage: 'not in run 3' });
    const [task] = await engine.tasks(hopeless);
    const log = await engine.app.get(TaskLogs, { strict: false }).read({ id: task!.id });
    expect(log.match(/\[ERROR\] not in run/g)).toHaveLength(3);
  });

  it('fails when its payload is not what its job takes', async () => {
    const id = await engine.start('ECHO', ['x'], { runAt: new Date(Date.now() + 500) });
    await engine.database.query(`UPDATE task SET payload = '{}' WHERE execution_id = $1`, [id]);
    expect(await engine.ended(id)).toMatchObject({ status: 'Error' });
    expect(done).toEqual([]);
  });

  it('ends when people stop it', async () => {
    const id = await engine.start('WAITING', ['w']);
    await until(async () => done[0]);
    await engine.executions.stop(id);
    expect(await engine.ended(id)).toMatchObject({ status: 'Stopped', tasks: { Stopped: 1 } });
  });

  it('fails when it takes too long', async () => {
    const id = await engine.start('SLOW', ['s']);
    expect(await engine.ended(id)).toMatchObject({ status: 'Error', statusMessage: 'took longer than it may' });
  });
});

describe('tasks', () => {
  it('of one serial key run one after another, in order', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `t${i}`);
    const id = await engine.start('SERIAL', texts, { serialKey: 'k' });
    expect(await engine.ended(id)).toMatchObject({ status: 'Success' });
    expect(done).toEqual(texts);
    expect(most).toBe(1);
  });

  it('of an exclusive type run one at a time, on all replicas together', async () => {
    const other = await startEngine(jobs, { databaseUrl: testDatabase.url, redis });
    try {
      const ids = await Promise.all(Array.from({ length: 8 }, (_, i) => engine.start('EXCLUSIVE', [`e${i}`])));
      for (const id of ids) expect(await engine.ended(id)).toMatchObject({ status: 'Success' });
      expect(most).toBe(1);
      expect(await engine.app.get(PoolsService, { strict: false }).list()).toHaveLength(2);
    } finally {
      await other.app.close();
    }
    expect(await engine.app.get(PoolsService, { strict: false }).list()).toHaveLength(1);
  });
});

describe('what is lost', () => {
  it('a worker: another takes its task up where it was', async () => {
    const id = await takenByTheDead('STEPS', 'x');
    await engine.database.query(`UPDATE task SET checkpoint = '3' WHERE execution_id = $1`, [id]);
    expect(await engine.ended(id)).toMatchObject({ status: 'Success' });
    expect((await engine.tasks(id))[0]).toMatchObject({ run: 2 });
    expect(done).toEqual(['x 3', 'x 4']);
  });

  it('one worker after another: the task is given up', async () => {
    const id = await takenByTheDead('ECHO', 'poison', 9);
    expect(await engine.ended(id)).toMatchObject({
      status: 'Error',
      statusMessage: 'its worker died 10 times without getting on',
    });
    expect(done).toEqual([]);
  });

  it('the task itself: what its worker does then counts no more', async () => {
    const id = await engine.start('WAITING', ['lost']);
    await until(async () => done[0]);
    await engine.database.query(`UPDATE task SET run = run + 1 WHERE execution_id = $1`, [id]);
    await sleep(600);
    expect((await engine.tasks(id))[0]).toMatchObject({ status: 'Running' });
    await engine.executions.stop(id);
    expect(await engine.ended(id)).toMatchObject({ status: 'Stopped' });
  });

  it('everything that Redis knew: tasks run, and pauses and schedules are restored', async () => {
    const queues = engine.app.get(QueuesService, { strict: false });
    await queues.pause('ECHO');
    const paused = await engine.start('ECHO', ['p']);
    const id = await engine.start('TICK', ['t'], { runAt: new Date(Date.now() + 400) });
    const client = new Redis(redis.REDIS_URL);
    const keys = await client.keys(`${redis.REDIS_PREFIX}:jobs:*`);
    await client.del(...keys);
    expect(await engine.ended(id)).toMatchObject({ status: 'Success' });
    await until(async () => ((await client.hget(`${redis.REDIS_PREFIX}:jobs:ECHO:meta`, 'paused')) ? true : undefined));
    client.disconnect();
    expect((await queues.list()).find(({ jobType }) => jobType === 'ECHO')).toMatchObject({ count: 1, paused: true });
    await queues.resume('ECHO');
    expect(await engine.ended(paused)).toMatchObject({ status: 'Success' });
  });
});

describe('schedules', () => {
  it('fire once for an instant, and make up once for what was missed', async () => {
    const schedules = engine.app.get(SchedulesService, { strict: false });
    const id = await schedules.set({ vendorType: 'TICK', cronType: 'Custom', cron: '0 0 0 1 1 *', parameters: {} });
    await engine.database.query(`UPDATE schedule SET next_time = '2026-01-01T00:00:00Z' WHERE id = $1`, [id]);
    await until(async () => done[0]);
    await sleep(1_500);
    expect(done).toEqual([`schedule-${id}-${Date.UTC(2026, 0, 1) / 1_000}`]);
    expect((await schedules.find('TICK'))!.nextTime.getTime()).toBeGreaterThan(Date.now());
    await schedules.remove('TICK');
  });
});

describe('a queue', () => {
  it('that is stopped forgets what waits', async () => {
    const queues = engine.app.get(QueuesService, { strict: false });
    await queues.pause('all');
    const ids = [await engine.start('ECHO', ['1', '2']), await engine.start('TICK', ['3'])];
    await queues.stop('ECHO');
    expect(await engine.ended(ids[0]!)).toMatchObject({ status: 'Stopped', tasks: { Stopped: 2 } });
    await queues.resume('all');
    expect(await engine.ended(ids[1]!)).toMatchObject({ status: 'Success' });
    expect(done).toEqual(['3']);
    await expect(queues.pause('NOTHING')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the process', () => {
  it('gives its tasks back when it ends', async () => {
    const server = { databaseUrl: testDatabase.url, redis: testRedis() };
    const other = await startEngine(jobs, server);
    const id = await other.start('WAITING', ['given back']);
    await until(async () => done[0]);
    await other.app.close();
    expect((await engine.tasks(id))[0]).toMatchObject({ status: expect.stringMatching('Pending|Running') });
    await until(async () => done[1]);
    await engine.executions.stop(id);
    expect(await engine.ended(id)).toMatchObject({ status: 'Stopped' });
  });
});
