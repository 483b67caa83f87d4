import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { serving, WorkerPool } from './worker-pool';

class FakeWorker extends EventEmitter {
  readonly signals: string[] = [];
  readonly process = { pid: 1 as number | undefined, kill: (signal: string) => this.signals.push(signal) };
}

let forked: FakeWorker[];
let problems: string[];

beforeEach(() => {
  forked = [];
  problems = [];
});

function makePool(count: number): WorkerPool {
  const fork = () => {
    const worker = new FakeWorker();
    forked.push(worker);
    return worker as unknown as Worker;
  };
  return new WorkerPool({ service: 'test', count, fork, log: { error: (text) => problems.push(text) }, pauseMs: 1 });
}

async function untilForked(count: number): Promise<FakeWorker> {
  for (let attempt = 0; attempt < 1_000 && forked.length < count; attempt++) await sleep(2);
  expect(forked).toHaveLength(count);
  return forked[count - 1]!;
}

it('starts the first worker alone, and the others once it serves', async () => {
  const pool = makePool(3);
  const running = pool.run();
  await sleep(10);
  expect(forked).toHaveLength(1);
  forked[0]!.emit('message', serving);
  await untilForked(3);
  pool.stop('SIGTERM');
  for (const worker of forked) worker.emit('exit', 0, null);
  await running;
});

it('passes a signal on once, and waits for every worker', async () => {
  const pool = makePool(2);
  let ended = false;
  const running = pool.run().then(() => (ended = true));
  (await untilForked(1)).emit('message', serving);
  await untilForked(2);
  pool.stop('SIGTERM');
  pool.stop('SIGINT');
  expect(forked.map(({ signals }) => signals)).toEqual([['SIGTERM'], ['SIGTERM']]);
  forked[0]!.emit('exit', null, 'SIGTERM');
  await sleep(10);
  expect(ended).toBe(false);
  forked[1]!.emit('exit', null, 'SIGTERM');
  await running;
  expect([forked.length, problems]).toEqual([2, []]);
});

it('ends during the start when it is told to', async () => {
  const pool = makePool(2);
  const running = pool.run();
  const first = await untilForked(1);
  pool.stop('SIGINT');
  first.emit('exit', null, 'SIGINT');
  await running;
  expect(forked.every(({ signals }) => signals.length <= 1)).toBe(true);
});

it('replaces a worker that dies, later each time', async () => {
  const pool = makePool(1);
  const running = pool.run();
  for (let deaths = 1; deaths <= 4; deaths++) {
    const worker = await untilForked(deaths);
    worker.emit('message', serving);
    worker.emit('exit', null, 'SIGKILL');
  }
  const last = await untilForked(5);
  const said = [1, 2, 4, 8].map((pause) => `a worker ended (SIGKILL), another one starts in ${pause} ms`);
  expect(problems).toEqual(said);
  pool.stop('SIGTERM');
  last.emit('exit', 0, null);
  await running;
});

it('fails when the first worker does not come up', async () => {
  const running = makePool(4).run();
  (await untilForked(1)).emit('exit', 1, null);
  await expect(running).rejects.toThrow('no worker of test can start: the last one ended (exit code 1)');
  expect(forked).toHaveLength(1);
});

it('fails when the process cannot be made', async () => {
  const running = makePool(2).run();
  const worker = await untilForked(1);
  worker.process.pid = undefined;
  worker.emit('error', new Error('spawn EAGAIN'));
  await expect(running).rejects.toThrow('spawn EAGAIN');
});

it('goes on trying as long as another one serves', async () => {
  const pool = makePool(2);
  const running = pool.run();
  const first = await untilForked(1);
  first.emit('message', serving);
  for (let count = 2; count <= 9; count++) (await untilForked(count)).emit('exit', 1, null);
  const last = await untilForked(10);
  pool.stop('SIGTERM');
  for (const worker of [first, last]) worker.emit('exit', 0, null);
  await running;
});

it('gives up when none serves and none can start, and ends the one that still tries', async () => {
  const running = makePool(2).run();
  const gaveUp = expect(running).rejects.toThrow('no worker of test can start');
  (await untilForked(1)).emit('message', serving);
  (await untilForked(2)).emit('message', serving);
  forked.forEach((worker) => worker.emit('exit', 1, null));
  const trying = await untilForked(4);
  forked[2]!.emit('exit', 1, null);
  for (let count = 5; count <= 8; count++) (await untilForked(count)).emit('exit', 1, null);
  await sleep(10);
  expect(trying.signals).toEqual(['SIGTERM']);
  trying.emit('exit', null, 'SIGTERM');
  await gaveUp;
  expect(forked).toHaveLength(8);
});
