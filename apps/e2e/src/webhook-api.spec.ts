import { WebhookReceiver } from '@breakwater/testing';
import { Api, Role } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { RepositoryClient } from './support/registry';
import { deliveredBy, policyFor, type WebhookDelivery } from './support/webhooks';

jest.setTimeout(60_000);

interface Policy {
  id: number;
  name: string;
  targets: { address: string }[];
}
interface Task {
  id: number;
  execution_id: number;
  status: string;
}

describe('webhooks', () => {
  let fixture: ProjectFixture;
  let admin: Api;
  let repository: RepositoryClient;
  const receiver = new WebhookReceiver();
  let webhook: string;

  beforeAll(async () => {
    fixture = await openProject('told');
    const { api, platform, project } = fixture;
    admin = new Api(platform, await api.createMember(project, unique('owner'), Role.projectAdmin));
    repository = await RepositoryClient.open(platform, `${project}/app`, fixture.maintainer);
    await receiver.start();
    webhook = `/projects/${project}/webhook`;
  });
  afterAll(() => receiver.stop());

  const push = () => repository.pushImage(unique('v'), uniqueLayer(1_024));
  const heard = (path: string, count: number) =>
    until(`${count} calls of ${path}`, () => receiver.on(path).length >= count, 30_000);

  itCovers(
    [
      'CreateWebhookPolicyOfProject',
      'ListExecutionsOfWebhookPolicy',
      'ListTasksOfWebhookExecution',
      'GetLogsOfWebhookTask',
      'ListDeliveriesOfWebhookPolicy',
      'RedeliverWebhookExecution',
      'ListWebhookJobs',
      'LastTrigger',
    ],
    'tell of a push, keep what was sent, and send it again',
    async () => {
      const policy = await admin.create(
        `${webhook}/policies`,
        policyFor('pushes', receiver.url('/push'), ['PUSH_ARTIFACT']),
      );
      const digest = await push();
      await heard('/push', 1);
      const [first] = receiver.on('/push');
      const said = { type: 'PUSH_ARTIFACT', event_data: { resources: [{ digest }] } };
      expect(first!.body).toMatchObject(said);
      expect(first!.headers).toMatchObject({
        authorization: 'Bearer of-the-tests',
        'webhook-signature': expect.stringMatching(/^v1,/),
      });

      const [execution] = await deliveredBy(admin, policy, 1);
      expect(execution).toMatchObject({
        vendor_type: 'WEBHOOK',
        status: 'Success',
        trigger: 'EVENT',
        extra_attrs: { delivery: { event_type: 'PUSH_ARTIFACT', payload: first!.text } },
      });
      const there = `${policy}/executions/${execution!.id}`;
      const [task] = await admin.get<Task[]>(`${there}/tasks`);
      expect(task).toMatchObject({ execution_id: execution!.id, status: 'Success' });
      const log = expectStatus(await admin.call('GET', `${there}/tasks/${task!.id}/log`), 200);
      expect(log.text).toContain('answered 200');

      expect(await admin.create(`${there}/redeliveries`, undefined)).toMatch(/\/executions\/\d+$/);
      await heard('/push', 2);
      const [, again] = receiver.on('/push');
      expect(again!.text).toBe(first!.text);
      expect(again!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
      expect(await deliveredBy(admin, policy, 2)).toMatchObject([{ trigger: 'MANUAL' }, { id: execution!.id }]);

      const deliveries = await admin.get<WebhookDelivery[]>(`${policy}/deliveries`);
      expect(deliveries).toHaveLength(2);
      expect(deliveries[1]).toMatchObject({
        execution_id: execution!.id,
        succeeded: true,
        request: { address: receiver.url('/push'), body: first!.text, headers: { authorization: '***' } },
        response: { status: 200, body: 'answer 200' },
      });
      const jobs = expectStatus(
        await admin.call('GET', `${webhook}/jobs?policy_id=${policy.split('/').at(-1)}&sort=-id`),
        200,
      );
      expect(jobs.headers['x-total-count']).toBe('2');
      expect(jobs.json()).toMatchObject([
        { event_type: 'PUSH_ARTIFACT', notify_type: 'http', status: 'Success' },
        { id: execution!.id, job_detail: first!.text },
      ]);
      const triggers = await admin.get<{ policy_name: string; last_trigger_time: string }[]>(`${webhook}/lasttrigger`);
      const pushes = triggers.find(({ policy_name: name }) => name === 'pushes');
      expect(pushes).toMatchObject({ event_type: 'PUSH_ARTIFACT', enabled: true });
      expect(Date.now() - Date.parse(pushes!.last_trigger_time)).toBeLessThan(60_000);
    },
  );

  itCovers(
    [
      'CreateWebhookPolicyOfProject',
      'GetWebhookPolicyOfProject',
      'ListWebhookPoliciesOfProject',
      'UpdateWebhookPolicyOfProject',
      'DeleteWebhookPolicyOfProject',
    ],
    'have policies, changed and deleted',
    async () => {
      const wanted = policyFor('moves', receiver.url('/before'), ['PUSH_ARTIFACT']);
      const there = await admin.create(`${webhook}/policies`, wanted);
      expectStatus(await admin.call('POST', `${webhook}/policies`, wanted), 409);
      const policy = await admin.get<Policy>(there);
      const { secret, ...shownTarget } = wanted.targets[0]!;
      expect(policy).toMatchObject({ ...wanted, targets: [{ ...shownTarget, signed: secret !== '' }] });
      expect(await admin.get(`${webhook}/policies?q=name%3Dmoves`)).toEqual([policy]);

      const targets = [{ ...policy.targets[0], address: receiver.url('/after') }];
      expectStatus(await admin.call('PUT', there, { ...policy, targets }), 200);
      await push();
      await heard('/after', 1);
      expect(receiver.on('/before')).toEqual([]);

      expectStatus(await admin.call('DELETE', there), 200);
      expectStatus(await admin.call('GET', there), 404);
      expect(await admin.get(`${webhook}/policies?q=name%3Dmoves`)).toEqual([]);
    },
  );

  itCovers(
    ['GetSupportedEventTypes', 'CreateWebhookPolicyOfProject'],
    'take the event types that they tell of',
    async () => {
      const { event_type: types } = await admin.get<{ event_type: string[] }>(`${webhook}/events`);
      const there = await admin.create(`${webhook}/policies`, policyFor('all', receiver.url('/all'), types));
      expect(await admin.get(there)).toMatchObject({ event_types: types });
      expectStatus(await admin.call('DELETE', there), 200);
      const unknown = policyFor('none', receiver.url('/all'), ['MADE_UP']);
      expectStatus(await admin.call('POST', `${webhook}/policies`, unknown), 400);
    },
  );

  it('are read by maintainers and changed by administrators of the project', async () => {
    const maintainer = new Api(fixture.platform, fixture.maintainer);
    expectStatus(await maintainer.call('GET', `${webhook}/policies`), 200);
    const policy = policyFor('refused', receiver.url('/refused'), ['PUSH_ARTIFACT']);
    expectStatus(await maintainer.call('POST', `${webhook}/policies`, policy), 403);
    expectStatus(await new Api(fixture.platform).call('GET', `${webhook}/policies`), 401);
  });
});
