import { type Delivered, WebhookReceiver } from '@breakwater/testing';
import { Api } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { RepositoryClient } from './support/registry';
import type { DefaultBody } from './support/webhook-subscription';
import { policyFor, type WebhookDelivery, type WebhookExecution } from './support/webhooks';

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
  /** The calls about our project: pushes of the other suites come to the same policy. */
  const heard = async (path: string, count: number): Promise<Delivered<DefaultBody>[]> => {
    const ours = () => receiver.on<DefaultBody>(path, `"${fixture.project}/app"`);
    await until(`${count} calls of ${path}`, () => ours().length >= count, 30_000);
    return ours();
  };
  /** The deliveries of one event, newest first, once there are `count`. */
  const deliveriesOf = async (policy: string, eventId: string, count: number): Promise<WebhookDelivery[]> => {
    let found: WebhookDelivery[] = [];
    await until(`${count} deliveries of ${eventId}`, async () => {
      const all = await api.get<WebhookDelivery[]>(`${policy}/deliveries?page_size=100`);
      found = all.filter((delivery) => delivery.event_id === eventId);
      return found.length >= count;
    });
    return found;
  };

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
      const [call] = await heard('/push', 1);
      const event = call!.body.event_id;
      const [delivery] = await deliveriesOf(there, event, 1);
      expect(delivery).toMatchObject({ event_type: 'PUSH_ARTIFACT', succeeded: true });
      const executions = await api.get<WebhookExecution[]>(`${there}/executions?page_size=100`);
      expect(executions.map(({ id }) => id)).toContain(delivery!.execution_id);
      const run = `${there}/executions/${delivery!.execution_id}`;
      const [task] = await api.get<{ id: number }[]>(`${run}/tasks`);
      const log = expectStatus(await api.call('GET', `${run}/tasks/${task!.id}/log`), 200);
      expect(log.text).toContain(digest);
      await api.create(`${run}/redeliveries`, undefined);
      await heard('/push', 2);
      expect(await deliveriesOf(there, event, 2)).toHaveLength(2);

      const targets = [{ ...policy.targets[0], address: receiver.url('/moved') }];
      expectStatus(await api.call('PUT', there, { ...policy, targets }), 200);
      await push();
      await heard('/moved', 1);
      expect(await heard('/push', 2)).toHaveLength(2);

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
