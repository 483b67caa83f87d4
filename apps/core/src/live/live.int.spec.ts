import { ExecutionsService, TaskLogs, TaskRuns, type ClaimedTask } from '@breakwater/executions';
import { DrainState } from '@breakwater/platform';
import { randomUUID } from 'node:crypto';
import { adminPassword, startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let url: string;

beforeAll(async () => {
  core = await startTestCore();
  await core.app.listen(0, '127.0.0.1');
  url = await core.app.getUrl();
});
afterAll(() => {
  core?.app.getHttpServer().closeAllConnections();
  return core?.close();
});

const of = <T>(type: new (...args: never[]) => T): T => core.app.get(type, { strict: false });

async function startTask(): Promise<ClaimedTask> {
  const task = { job: 'RETENTION' as const, payload: { policyId: 1, repository: 'p/a', dryRun: false } };
  const options = { vendorType: 'RETENTION', vendorId: 1, trigger: 'MANUAL' as const, tasks: [task] };
  const execution = await of(ExecutionsService).start(options);
  const [row] = await core.database.query<{ id: number }>('SELECT id FROM task WHERE execution_id = $1', [execution]);
  return (await of(TaskRuns).claim(row!.id, 'RETENTION', { poolId: randomUUID(), leaseSeconds: 30 }))!;
}

interface Event {
  name: string | undefined;
  id: string | undefined;
  data: string;
}

/** Tells the events as they come. */
async function* follow(
  path: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): AsyncGenerator<Event> {
  const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`;
  const answer = await fetch(`${url}/api/v2.0${path}`, { headers: { authorization, ...headers }, signal });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of answer.body!) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) if (!block.startsWith(':')) yield read(block);
  }
}

function read(block: string): Event {
  const fields = block.split('\n').map((line) => /^(\w+): (.*)$/.exec(line)!.slice(1));
  const all = (name: string) => fields.filter(([key]) => key === name).map(([, value]) => value!);
  return { name: all('event')[0], id: all('id')[0], data: all('data').join('\n') };
}

const next = async (events: AsyncGenerator<Event>): Promise<Event> => (await events.next()).value as Event;
const browser = { accept: 'text/event-stream' };

describe('a log', () => {
  const log = (task: ClaimedTask, query = '') => `/jobservice/jobs/${task.id}/log${query}`;

  it('is told as it is written, until its job ends', async () => {
    const task = await startTask();
    await of(TaskLogs).append(task, 'first\nsecond\n');
    const events = follow(log(task), browser);
    expect(await next(events)).toEqual({ name: 'log', id: '1', data: 'first\nsecond' });
    await of(TaskLogs).append(task, 'third\n');
    expect(await next(events)).toEqual({ name: 'log', id: '2', data: 'third' });
    await of(TaskRuns).end(task, { status: 'Success', message: '' });
    expect(await next(events)).toEqual({ name: 'end', id: undefined, data: '{"status":"Success"}' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('goes on where a client left off', async () => {
    const task = await startTask();
    for (const line of ['one\n', 'two\n']) await of(TaskLogs).append(task, line);
    await of(TaskRuns).end(task, { status: 'Error', message: 'no' });
    const events = follow(log(task, '?follow=true'), { 'last-event-id': '1' });
    expect(await next(events)).toMatchObject({ id: '2', data: 'two' });
    expect(await next(events)).toMatchObject({ name: 'end', data: '{"status":"Error"}' });
  });

  it('is asked for no more once the client has left', async () => {
    const task = await startTask();
    await of(TaskLogs).append(task, 'one\n');
    const leave = new AbortController();
    const asked = jest.spyOn(of(TaskLogs), 'readAfter');
    await next(follow(log(task), browser, leave.signal));
    leave.abort();
    await core.database.query('SELECT pg_sleep(1.5)');
    const before = asked.mock.calls.length;
    await core.database.query('SELECT pg_sleep(2.5)');
    expect(asked.mock.calls.length).toBe(before);
    asked.mockRestore();
  });
});

it('the progress of an execution is told until it ends', async () => {
  const task = await startTask();
  await of(TaskRuns).mergeAttributes(task, { done: 1 });
  const events = follow(`/jobservice/executions/${task.executionId}/events`);
  const told = async () => {
    const { name, data } = await next(events);
    return { name, ...(JSON.parse(data) as object) };
  };
  expect(await told()).toMatchObject({
    name: 'progress',
    id: task.executionId,
    vendor_type: 'RETENTION',
    vendor_id: 1,
    status: 'Running',
    metrics: { task_count: 1, running_task_count: 1 },
    running: [{ id: task.id, job_type: 'RETENTION', extra_attrs: { done: 1 } }],
  });
  await of(TaskRuns).mergeAttributes(task, { done: 2 });
  expect(await told()).toMatchObject({ name: 'progress', running: [{ extra_attrs: { done: 2 } }] });
  await of(TaskRuns).end(task, { status: 'Success', message: '', result: { kept: 2 } });
  expect(await told()).toMatchObject({ name: 'end', status: 'Success', extra_attrs: { kept: 2 }, running: [] });
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

it('nobody finds the progress of what does not exist', async () => {
  const answer = await core.request('GET', '/jobservice/executions/999999/events', { as: 'admin' });
  expect(answer.status).toBe(404);
});

it('who looks on keeps nobody from the API, and there is an end to them', async () => {
  const task = await startTask();
  const leave = new AbortController();
  const path = `/jobservice/jobs/${task.id}/log`;
  await of(TaskLogs).append(task, 'one\n');
  const crowd = Array.from({ length: 100 }, () => next(follow(path, browser, leave.signal)));
  await Promise.all(crowd);
  expect((await core.request('GET', '/jobservice/queues', { as: 'admin' })).status).toBe(200);
  expect((await core.request('GET', path, { as: 'admin', headers: browser })).status).toBe(429);
  leave.abort();
});

it('ends with the process', async () => {
  const task = await startTask();
  await of(TaskLogs).append(task, 'one\n');
  const events = follow(`/jobservice/jobs/${task.id}/log`, browser);
  await next(events);
  of(DrainState).begin();
  expect(await events.next()).toEqual({ done: true, value: undefined });
});
