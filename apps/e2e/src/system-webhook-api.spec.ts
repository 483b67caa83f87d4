import { Api } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { WebhookReceiver } from './support/webhook-receiver';
import { RepositoryClient } from './support/registry';
import { deliveredBy, policyFor, type WebhookDelivery } from './support/webhooks';

jest.setTimeout(60_000);

const policies = '/system/webhook/policies';

/** Of the system: for the events of every project. */
describe('webhooks of the system', () => {
  let fixture: ProjectFixture;
  let api: Api;
  let repository: RepositoryClient;
  const receiver = new WebhookReceiver();
  let name: string;

  beforeAll(async () => {
    fixture = await openProject('overseen');
    ({ api } = fixture);
    repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.maintainer);
    await receiver.start();
    name = unique('all-projects');
  });
  afterAll(() => receiver.stop());

  const push = () => repository.pushImage(unique('v'), uniqueLayer(1_024));
  const heard = (path: string, count: number) =>
    until(`${count} calls of ${path}`, () => receiver.on(path).length >= count, 30_000);

  itCovers(
    [
      'CreateWebhookPolicyOfSystem',
      'GetWebhookPolicyOfSystem',
      'ListWebhookPoliciesOfSystem',
      'UpdateWebhookPolicyOfSystem',
      'DeleteWebhookPolicyOfSystem',
      'ListExecutionsOfSystemWebhookPolicy',
      'ListTasksOfSystemWebhookExecution',
      'GetLogsOfSystemWebhookTask',
      'ListDeliveriesOfSystemWebhookPolicy',
      'RedeliverSystemWebhookExecution',
    ],
    'tell of a push to any project, and are changed and deleted',
    async () => {
      const there = await api.create(policies, policyFor(name, receiver.url('/push'), ['PUSH_ARTIFACT']));
      const policy = await api.get<{ targets: object[] }>(there);
      expect(policy).toMatchObject({ name, enabled: true, targets: [{ address: receiver.url('/push') }] });
      expect(await api.get(`${policies}?q=name%3D${name}`)).toEqual([policy]);

      const digest = await push();
      await heard('/push', 1);
      const [execution] = await deliveredBy(api, there, 1);
      const run = `${there}/executions/${execution!.id}`;
      const [task] = await api.get<{ id: number }[]>(`${run}/tasks`);
      const log = expectStatus(await api.call('GET', `${run}/tasks/${task!.id}/log`), 200);
      expect(log.text).toContain(digest);
      await api.create(`${run}/redeliveries`, undefined);
      await heard('/push', 2);
      await deliveredBy(api, there, 2);
      const [again, first] = await api.get<WebhookDelivery[]>(`${there}/deliveries`);
      expect(again!.event_id).toBe(first!.event_id);
      expect(first).toMatchObject({ execution_id: execution!.id, event_type: 'PUSH_ARTIFACT', succeeded: true });

      const targets = [{ ...policy.targets[0], address: receiver.url('/moved') }];
      expectStatus(await api.call('PUT', there, { ...policy, targets }), 200);
      await push();
      await heard('/moved', 1);
      expect(receiver.on('/push')).toHaveLength(2);

      expectStatus(await api.call('DELETE', there), 200);
      expectStatus(await api.call('GET', there), 404);
      expect(await api.get(`${policies}?q=name%3D${name}`)).toEqual([]);
    },
  );

  it('are for administrators alone', async () => {
    expectStatus(await new Api(fixture.platform, fixture.maintainer).call('GET', policies), 403);
    expectStatus(await new Api(fixture.platform).call('GET', policies), 401);
  });
});
