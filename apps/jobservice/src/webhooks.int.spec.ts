import { jobs, type EventPayload } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { ExecutionsService, TaskLogs } from '@breakwater/executions';
import { Database } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { createTestDatabase, testRedis, WebhookReceiver, type Delivered, type TestDatabase } from '@breakwater/testing';
import { DeliveryLog, WebhookPoliciesService, type WebhookPolicyInput } from '@breakwater/webhooks';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJobservice } from './create-jobservice';
import { SlackJob } from './jobs/slack.job';
import { WebhookJob } from './jobs/webhook.job';
import { testConfig } from './testing/test-config';

type Heard = Delivered<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- payloads of every shape

const receiver = new WebhookReceiver();
const heard = (): Heard[] => receiver.delivered;
const heardOn = (path: string): Heard[] => receiver.on(path);
let testDatabase: TestDatabase;
let app: NestFastifyApplication;
let projectId: number;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  receiver.answers = ({ headers }) => {
    const echo = `got ${headers.authorization ?? 'nothing'}`;
    return { headers: { 'x-echo': echo }, body: `answer ${receiver.status} ${JSON.stringify({ echo })}` };
  };
  await receiver.start();
  const config = testConfig(
    { databaseUrl: testDatabase.url, redis: testRedis() },
    { EXTERNAL_URL: 'https://harbor.dev', JOB_RECONCILE_SECONDS: '1', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' },
  );
  const { WEBHOOK, SLACK } = jobs;
  const quick = { attempts: 40, backoffSeconds: 0.1, maxBackoffSeconds: 0.2 };
  app = await createJobservice(config, {
    table: { WEBHOOK: { ...WEBHOOK, ...quick }, SLACK: { ...SLACK, ...quick } },
    handlers: [WebhookJob, SlackJob],
  });
  const [project] = await database().query<{ id: number }>(
    `INSERT INTO project (name, public, owner_id) VALUES ('library', true, 1) RETURNING id`,
  );
  projectId = project!.id;
  await database().query(`INSERT INTO repository (project_id, name) VALUES ($1, 'library/app')`, [projectId]);
});
afterAll(async () => {
  await app?.close();
  await receiver.stop();
  await testDatabase.drop();
});
beforeEach(() => heard().splice(0));
afterEach(() => database().query('DELETE FROM webhook_policy'));

const of = <T>(type: new (...args: never[]) => T): T => app.get(type, { strict: false });
const database = () => of(Database);

async function until(check: () => boolean | Promise<boolean>, seconds = 15): Promise<void> {
  for (let waited = 0; !(await check()); waited += 50) {
    if (waited > seconds * 1_000) throw new Error('waited in vain');
    await sleep(50);
  }
}

const target = (path: string, changed: object = {}) => ({
  type: 'http',
  address: receiver.url(path),
  authHeader: '',
  skipCertVerify: false,
  payloadFormat: 'Default',
  template: '',
  ...changed,
});
const policy = (changed: Partial<WebhookPolicyInput>): WebhookPolicyInput => ({
  name: `policy ${Math.random()}`,
  description: '',
  enabled: true,
  eventTypes: ['PUSH_ARTIFACT'],
  targets: [target('/hook')],
  ...changed,
});
const create = (changed: Partial<WebhookPolicyInput>, owner: number | null = projectId) =>
  of(WebhookPoliciesService).create(owner, policy(changed), 'admin');

const push = (tag: string, changed: Partial<EventPayload<'artifact.pushed'>> = {}) =>
  of(Outbox).add({
    topic: 'artifact.pushed',
    key: 'library/app',
    payload: {
      projectId,
      repositoryId: 1,
      repository: 'library/app',
      actor: { name: 'admin', address: '192.0.2.7', userAgent: '' },
      artifactId: 1,
      digest: 'sha256:abc',
      mediaType: '',
      artifactType: '',
      tags: [tag],
      created: true,
      ...changed,
    },
  });
const tagsOn = (path: string): string[] => heardOn(path).map(({ body }) => body.event_data.resources[0].tag);

describe('webhooks', () => {
  it('arrive with what the platform knows, signed and with their header', async () => {
    const secret = 'hush';
    await create({ targets: [target('/hook', { authHeader: 'Bearer token', secret })] });
    await push('v1');
    await until(() => heardOn('/hook').length === 1);
    const [{ headers, body } = { headers: {} as IncomingHttpHeaders, body: undefined }] = heardOn('/hook');
    expect(body).toEqual({
      type: 'PUSH_ARTIFACT',
      occur_at: expect.any(Number),
      operator: 'admin',
      event_id: headers['webhook-id'],
      event_data: {
        resources: [{ digest: 'sha256:abc', tag: 'v1', tags: ['v1'], resource_url: 'harbor.dev/library/app:v1' }],
        repository: {
          date_created: expect.any(Number),
          name: 'app',
          namespace: 'library',
          repo_full_name: 'library/app',
          repo_type: 'public',
        },
      },
    });
    expect(headers).toMatchObject({ authorization: 'Bearer token', 'content-type': 'application/json' });
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${JSON.stringify(body)}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
  });

  it('go to every enabled policy of the project and the system that asked for the event, once', async () => {
    await create({ targets: [target('/a'), target('/b', { payloadFormat: 'CloudEvents' })] });
    await create({ targets: [target('/system')] }, null);
    await create({ targets: [target('/off')], enabled: false });
    await create({ targets: [target('/other')], eventTypes: ['DELETE_ARTIFACT', 'PULL_ARTIFACT'] });
    await push('v1');
    await push('v2', { projectId: projectId + 1, repository: 'elsewhere/app' });
    await until(() => heardOn('/system').length === 2 && heard().length >= 4);
    await sleep(500);
    expect(
      heard()
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/a', '/b', '/system', '/system']);
    expect(heardOn('/b')[0]).toMatchObject({
      headers: { 'content-type': 'application/cloudevents+json' },
      body: { type: 'harbor.artifact.pushed', specversion: '1.0' },
    });
  });

  it('go to Slack and Teams in their own form', async () => {
    await create({ targets: [target('/slack', { type: 'slack' }), target('/teams', { type: 'teams' })] });
    await push('v1');
    await until(() => heard().length === 2);
    expect(heardOn('/slack')[0]!.body.blocks).toHaveLength(6);
    expect(heardOn('/teams')[0]!.body.attachments).toHaveLength(1);
  });

  it('wait for a receiver that is away, and arrive in order, none twice', async () => {
    await create({});
    const tags = Array.from({ length: 30 }, (_, i) => `v${i}`);
    await push(tags[0]!);
    await until(() => heard().length === 1);
    await receiver.stop();
    for (const tag of tags.slice(1, 15)) await push(tag);
    await sleep(1_500);
    receiver.status = 503;
    await receiver.start();
    for (const tag of tags.slice(15)) await push(tag);
    const before = receiver.asked.length;
    await until(() => receiver.asked.length > before);
    receiver.status = 200;
    await until(() => heard().length >= tags.length, 40);
    await sleep(500);
    expect(tagsOn('/hook')).toEqual(tags);
    expect(new Set(heard().map(({ body }) => body.event_id)).size).toBe(tags.length);
  }, 60_000);

  it('of one repository do not wait for those of another', async () => {
    await create({ targets: [target('/app')] });
    receiver.status = 500;
    const before = receiver.asked.length;
    await push('v1');
    await until(() => receiver.asked.length > before);
    await of(Outbox).add({
      topic: 'artifact.pushed',
      key: 'library/other',
      payload: {
        projectId,
        repositoryId: 2,
        repository: 'library/other',
        actor: { name: 'admin', address: '', userAgent: '' },
        artifactId: 2,
        digest: 'sha256:def',
        mediaType: '',
        artifactType: '',
        tags: ['x'],
        created: true,
      },
    });
    const serials = () =>
      database().query<{ key: string }>(
        `SELECT DISTINCT serial_key AS key FROM task WHERE end_time IS NULL AND run > 0`,
      );
    await until(async () => (await serials()).length === 2);
    receiver.status = 200;
    await until(() => heard().length === 2);
  });

  it('are told of nowhere while notifications are off', async () => {
    await create({});
    await of(SettingsService).update({ notification_enable: false });
    await push('v1');
    await until(
      async () => (await database().query('SELECT 1 FROM outbox_delivery UNION ALL SELECT 1 FROM outbox')).length === 0,
    );
    await of(SettingsService).update({ notification_enable: true });
    await push('v2');
    await until(() => heard().length === 1);
    expect(tagsOn('/hook')).toEqual(['v2']);
  });

  it('keep a log of what was sent and answered, and are sent again under the same id', async () => {
    const id = await create({ targets: [target('/hook?key=hidden', { authHeader: 'Bearer "token"' })] });
    receiver.status = 500;
    const before = receiver.asked.length;
    await push('v1');
    await until(() => receiver.asked.length > before);
    receiver.status = 200;
    await until(() => heard().length === 1);
    await until(async () => (await of(DeliveryLog).list(id, { page: 1, pageSize: 1 })).items[0]?.error === '');
    const { items } = await of(DeliveryLog).list(id, { page: 1, pageSize: 100 });
    expect(items.at(-1)).toMatchObject({
      attempt: 1,
      address: receiver.url('/hook?…'),
      responseStatus: 500,
      responseHeaders: { 'x-echo': 'got ***' },
      responseBody: 'answer 500 {"echo":"got ***"}',
      error: 'answered 500',
      requestHeaders: { authorization: '***', 'content-type': 'application/json' },
      eventType: 'PUSH_ARTIFACT',
    });
    expect(items[0]).toMatchObject({ responseStatus: 200, error: '', requestBody: expect.stringContaining('"v1"') });
    const { executionId, taskId } = items[0]!;
    await until(async () => (await of(ExecutionsService).get(executionId)).endTime !== null);
    expect(await of(TaskLogs).read({ id: taskId })).toContain('"type":"PUSH_ARTIFACT"');
    await of(DeliveryLog).redeliver(id, executionId);
    await until(() => heard().length === 2);
    const [first, second] = heard();
    expect(second!.body).toEqual(first!.body);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  });

  const disable = (id: number) => of(WebhookPoliciesService).update(projectId, id, policy({ enabled: false }));
  it.each([
    ['removed', (id: number) => of(WebhookPoliciesService).delete(projectId, id)],
    ['disabled', disable],
    [
      'disabled while they are made',
      (id: number) => database().query('UPDATE webhook_policy SET enabled = false WHERE id = $1', [id]),
    ],
  ])('are not sent any more when their policy is %s', async (_how, end) => {
    const id = await create({});
    receiver.status = 500;
    const before = receiver.asked.length;
    await push('v1');
    await push('v2');
    await until(() => receiver.asked.length > before);
    const running = await of(ExecutionsService).running('WEBHOOK', id);
    await end(id);
    receiver.status = 200;
    const status = async () =>
      (await Promise.all(running.map((execution) => of(ExecutionsService).get(execution)))).map(({ status }) => status);
    await until(async () => (await status()).every((found) => found === 'Stopped'), 20);
    expect(heard()).toEqual([]);
  });

  it('go to no internal address that is not allowed', async () => {
    const id = await create({ targets: [target('/', { address: 'http://127.0.0.2:1/' })] });
    await push('v1');
    await until(async () => (await of(DeliveryLog).list(id, { page: 1, pageSize: 1 })).total > 0);
    const { items } = await of(DeliveryLog).list(id, { page: 1, pageSize: 1 });
    expect(items[0]).toMatchObject({ responseStatus: null, error: expect.stringContaining('internal address') });
  });
});
