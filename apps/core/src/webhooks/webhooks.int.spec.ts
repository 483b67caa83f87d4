import { ExecutionsService } from '@breakwater/executions';
import { startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let projectId: number;

beforeAll(async () => {
  core = await startTestCore();
  projectId = await core.createProject('team');
  await core.createProject('other');
});
afterAll(() => core?.close());

const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  core.request(method, path, { as: 'admin', body });
const project = '/projects/team/webhook';
const system = '/system/webhook';
const given = {
  name: 'ci',
  description: 'build',
  enabled: true,
  event_types: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'],
  targets: [
    {
      type: 'http',
      address: 'https://ci.example.com/hook',
      auth_header: 'Bearer token',
      skip_cert_verify: true,
      payload_format: 'CloudEvents',
    },
  ],
};
const idOf = ({ status, headers }: Answer): number => {
  expect(status).toBe(201);
  return Number(headers.location!.split('/').at(-1));
};

/** An execution as the job service would have made it, and its task. */
async function sent(policyId: number): Promise<{ execution: number; task: number }> {
  const payload = {
    policyId,
    targetId: 't',
    eventId: 'event-1',
    eventType: 'PUSH_ARTIFACT',
    occurredAt: new Date().toISOString(),
    contentType: 'application/json',
    body: '{"type":"PUSH_ARTIFACT"}',
  };
  const executions = core.app.get(ExecutionsService, { strict: false });
  const execution = await executions.start({
    vendorType: 'WEBHOOK',
    vendorId: policyId,
    trigger: 'EVENT',
    extraAttrs: { event_type: 'PUSH_ARTIFACT', payload: payload.body, notify_type: 'http' },
    tasks: [{ job: 'WEBHOOK', payload }],
  });
  const [task] = await core.database.query<{ id: number }>('SELECT id FROM task WHERE execution_id = $1', [execution]);
  return { execution: execution!, task: task!.id };
}

const end = (execution: number) =>
  core.database.query(
    `WITH t AS (UPDATE task SET status = 'Success', end_time = now() WHERE execution_id = $1)
     UPDATE execution SET status = 'Success', end_time = now() WHERE id = $1`,
    [execution],
  );

describe.each([
  ['a project', project],
  ['the system', system],
])('webhook policies of %s', (_whose, base) => {
  afterEach(() => core.database.query('DELETE FROM webhook_policy'));

  it('are created, read, listed, changed and deleted', async () => {
    const created = await ask('POST', `${base}/policies`, given);
    const id = idOf(created);
    const shown = {
      ...given,
      id,
      project_id: base === project ? projectId : 0,
      creator: 'admin',
      creation_time: expect.stringMatching(/Z$/),
      update_time: expect.stringMatching(/Z$/),
      targets: [{ ...given.targets[0], signed: false }],
    };
    expect((await ask('GET', `${base}/policies/${id}`)).body).toEqual(shown);
    const list = await ask('GET', `${base}/policies?q=name%3Dci`);
    expect(list.body).toEqual([shown]);
    expect(list.headers['x-total-count']).toBe('1');
    const changed = {
      ...list.body[0],
      name: 'cd',
      enabled: false,
      targets: [{ type: 'slack', address: 'https://s.example.com/x' }],
    };
    expect((await ask('PUT', `${base}/policies/${id}`, changed)).status).toBe(200);
    expect((await ask('GET', `${base}/policies/${id}`)).body).toMatchObject({
      name: 'cd',
      enabled: false,
      targets: [{ type: 'slack', address: 'https://s.example.com/x', payload_format: '', signed: false }],
    });
    expect((await ask('DELETE', `${base}/policies/${id}`)).status).toBe(200);
    expect((await ask('GET', `${base}/policies/${id}`)).status).toBe(404);
    expect((await ask('PUT', `${base}/policies/${id}`, given)).status).toBe(404);
    expect((await ask('DELETE', `${base}/policies/${id}`)).status).toBe(404);
  });

  it('keep secrets to themselves, and at rest sealed', async () => {
    const [target] = given.targets;
    const id = idOf(await ask('POST', `${base}/policies`, { ...given, targets: [{ ...target, secret: 'hush' }] }));
    const read = await ask('GET', `${base}/policies/${id}`);
    expect(read.body.targets[0]).toMatchObject({ signed: true });
    expect(JSON.stringify(read.body)).not.toContain('hush');
    const stored = JSON.stringify(await core.database.query('SELECT * FROM webhook_policy'));
    expect(stored).not.toMatch(/hush|Bearer token/);
    await ask('PUT', `${base}/policies/${id}`, read.body);
    expect((await ask('GET', `${base}/policies/${id}`)).body.targets[0]).toMatchObject({ signed: true });
    await ask('PUT', `${base}/policies/${id}`, { ...given, targets: [{ ...target, secret: '' }] });
    expect((await ask('GET', `${base}/policies/${id}`)).body.targets[0]).toMatchObject({ signed: false });
  });

  it('have a name of their own', async () => {
    const first = idOf(await ask('POST', `${base}/policies`, given));
    expect((await ask('POST', `${base}/policies`, given)).status).toBe(409);
    const second = idOf(await ask('POST', `${base}/policies`, { ...given, name: 'cd' }));
    expect((await ask('PUT', `${base}/policies/${second}`, given)).status).toBe(409);
    expect((await ask('PUT', `${base}/policies/${first}`, given)).status).toBe(200);
  });

  it.each([
    [{ name: '' }],
    [{ event_types: [] }],
    [{ event_types: ['NOTHING'] }],
    [{ targets: [] }],
    [{ targets: [{ type: 'smtp', address: 'https://x.example.com' }] }],
    [{ targets: [{ type: 'http', address: 'file:///etc/passwd' }] }],
    [{ targets: [{ type: 'slack', address: 'https://x.example.com', payload_format: 'CloudEvents' }] }],
    [
      {
        targets: [
          { type: 'http', address: 'https://x.example.com', payload_format: 'Template', payload_template: '{' },
        ],
      },
    ],
  ])('refuse %j', async (changed) => {
    expect((await ask('POST', `${base}/policies`, { ...given, ...changed })).status).toBe(400);
  });

  it('show what was sent for them, and send it again', async () => {
    const id = idOf(await ask('POST', `${base}/policies`, given));
    const { execution, task } = await sent(id);
    await core.database.query(
      `INSERT INTO webhook_delivery (task_id, attempt, address, request_headers, error, duration_ms) VALUES ($1, 1, 'https://ci', '{}', 'refused', 3)`,
      [task],
    );
    await core.database.query(`INSERT INTO task_log (task_id, sequence, text) VALUES ($1, 1, 'POST it\n')`, [task]);
    const executions = `${base}/policies/${id}/executions`;
    expect((await ask('GET', executions)).body).toMatchObject([
      {
        id: execution,
        vendor_type: 'WEBHOOK',
        vendor_id: id,
        status: 'Running',
        trigger: 'EVENT',
        metrics: { task_count: 1, pending_task_count: 1, success_task_count: 0 },
        extra_attrs: { delivery: { event_type: 'PUSH_ARTIFACT', payload: '{"type":"PUSH_ARTIFACT"}' } },
      },
    ]);
    expect((await ask('GET', `${executions}/${execution}/tasks`)).body).toMatchObject([
      { id: task, execution_id: execution, status: 'Pending', run_count: 0 },
    ]);
    const log = await ask('GET', `${executions}/${execution}/tasks/${task}/log`);
    expect([log.status, log.body, log.headers['content-type']]).toEqual([
      200,
      'POST it\n',
      'text/plain; charset=utf-8',
    ]);
    await core.database.query('UPDATE task SET status = $2 WHERE id = $1', [task, 'Error']);
    const followed = await ask('GET', `${executions}/${execution}/tasks/${task}/log?follow=true`);
    expect(followed.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(followed.body).toContain('data: POST it');
    expect(followed.body).toContain('data: {"status":"Error"}');
    await core.database.query('UPDATE task SET status = $2 WHERE id = $1', [task, 'Pending']);
    expect((await ask('GET', `${base}/policies/${id}/deliveries`)).body).toMatchObject([
      {
        task_id: task,
        event_id: 'event-1',
        succeeded: false,
        error: 'refused',
        request: { body: '{"type":"PUSH_ARTIFACT"}' },
      },
    ]);
    expect((await ask('POST', `${executions}/${execution}/redeliveries`)).status).toBe(412);
    await end(execution);
    const again = idOf(await ask('POST', `${executions}/${execution}/redeliveries`));
    expect((await ask('GET', `${executions}?q=id%3D${again}`)).body).toMatchObject([
      {
        id: again,
        trigger: 'MANUAL',
        extra_attrs: { delivery: { redelivery_of: execution, event_type: 'PUSH_ARTIFACT' } },
      },
    ]);
  });
});

describe('webhook policies', () => {
  afterEach(() => core.database.query('DELETE FROM webhook_policy'));

  it('of one project are not seen through another, nor through the system', async () => {
    const id = idOf(await ask('POST', `${project}/policies`, given));
    const { execution, task } = await sent(id);
    for (const base of ['/projects/other/webhook', system])
      for (const path of [
        '',
        '/executions',
        '/deliveries',
        `/executions/${execution}/tasks`,
        `/executions/${execution}/tasks/${task}/log`,
      ])
        expect((await ask('GET', `${base}/policies/${id}${path}`)).status).toBe(404);
    const second = idOf(await ask('POST', `${project}/policies`, { ...given, name: 'cd' }));
    expect((await ask('GET', `${project}/policies/${second}/executions/${execution}/tasks`)).status).toBe(404);
  });

  it('stop what is on its way when they are deleted', async () => {
    const id = idOf(await ask('POST', `${project}/policies`, given));
    const { execution } = await sent(id);
    await ask('DELETE', `${project}/policies/${id}`);
    const [row] = await core.database.query('SELECT status FROM execution WHERE id = $1', [execution]);
    expect(row).toEqual({ status: 'Stopped' });
  });

  it('stop what is on its way when they are disabled, and send nothing again', async () => {
    const id = idOf(await ask('POST', `${project}/policies`, given));
    const { execution } = await sent(id);
    expect((await ask('PUT', `${project}/policies/${id}`, { ...given, description: 'other' })).status).toBe(200);
    const status = async () =>
      (await core.database.query<{ status: string }>('SELECT status FROM execution WHERE id = $1', [execution]))[0];
    expect(await status()).toEqual({ status: 'Running' });
    expect((await ask('PUT', `${project}/policies/${id}`, { ...given, enabled: false })).status).toBe(200);
    expect(await status()).toEqual({ status: 'Stopped' });
    const again = `${project}/policies/${id}/executions/${execution}/redeliveries`;
    expect((await ask('POST', again)).status).toBe(412);
    expect((await ask('PUT', `${project}/policies/${id}`, given)).status).toBe(200);
    expect((await ask('POST', again)).status).toBe(201);
  });

  it('go with their project', async () => {
    const doomed = await core.createProject('doomed');
    idOf(await ask('POST', '/projects/doomed/webhook/policies', given));
    expect((await ask('DELETE', '/projects/doomed')).status).toBe(200);
    expect(await core.database.query('SELECT 1 FROM webhook_policy WHERE project_id = $1', [doomed])).toEqual([]);
  });

  it('tell when each event was last sent', async () => {
    const id = idOf(await ask('POST', `${project}/policies`, given));
    await sent(id);
    expect((await ask('GET', `${project}/lasttrigger`)).body).toEqual([
      expect.objectContaining({
        policy_name: 'ci',
        event_type: 'DELETE_ARTIFACT',
        enabled: true,
        last_trigger_time: '0001-01-01T00:00:00.000Z',
      }),
      expect.objectContaining({ event_type: 'PUSH_ARTIFACT', last_trigger_time: expect.stringMatching(/^20/) }),
    ]);
  });

  it('may ask for what is offered', async () => {
    expect((await ask('GET', `${project}/events`)).body).toEqual({
      event_type: [
        'PUSH_ARTIFACT',
        'PULL_ARTIFACT',
        'DELETE_ARTIFACT',
        'QUOTA_EXCEED',
        'QUOTA_WARNING',
        'SCANNING_FAILED',
        'SCANNING_STOPPED',
        'SCANNING_COMPLETED',
        'REPLICATION',
        'TAG_RETENTION',
        'SIGNED_TAG_REPLACED',
      ],
      notify_type: ['http', 'slack', 'teams'],
      payload_formats: [{ notify_type: 'http', formats: ['Default', 'CloudEvents', 'Template'] }],
    });
  });
});

describe('webhook jobs', () => {
  it('list what was sent for a policy, by status', async () => {
    const id = idOf(await ask('POST', `${project}/policies`, given));
    const first = await sent(id);
    const second = await sent(id);
    await end(first.execution);
    const all = await ask('GET', `${project}/jobs?policy_id=${id}`);
    expect(all.headers['x-total-count']).toBe('2');
    expect(all.body[0]).toEqual({
      id: second.execution,
      policy_id: id,
      event_type: 'PUSH_ARTIFACT',
      notify_type: 'http',
      status: 'Running',
      job_detail: '{"type":"PUSH_ARTIFACT"}',
      creation_time: expect.any(String),
      update_time: expect.any(String),
    });
    const ids = async (query: string) =>
      (await ask('GET', `${project}/jobs?policy_id=${id}&${query}`)).body.map((job: { id: number }) => job.id);
    expect(await ids('status=Success')).toEqual([first.execution]);
    expect(await ids('status=Success&status=Running')).toEqual([second.execution, first.execution]);
    expect(await ids('status=Error,Stopped')).toEqual([]);
    expect((await ask('GET', `${project}/jobs`)).status).toBe(400);
    expect((await ask('GET', `${project}/jobs?policy_id=999999`)).status).toBe(404);
  });
});
