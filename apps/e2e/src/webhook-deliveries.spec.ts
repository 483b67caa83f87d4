import { WebhookReceiver } from '@breakwater/testing';
import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { until } from './support/ports';
import { RepositoryClient } from './support/registry';
import { authHeader, type DefaultBody, secret } from './support/webhook-subscription';

jest.setTimeout(60_000);

interface Execution {
  id: number;
  vendor_type: string;
  vendor_id: number;
  status: string;
  trigger: string;
  metrics: { task_count: number; success_task_count: number };
  extra_attrs: { delivery: { event_type: string; payload: string; redelivery_of?: number } };
}

/** What people see of what was sent, and what they can do about it. */
describe('deliveries of webhooks', () => {
  const receiver = new WebhookReceiver();
  let fixture: ProjectFixture;
  let client: RepositoryClient;
  let webhook: string;
  let path: string;
  let policyId: number;
  const policy = () => ({
    name: 'ci',
    enabled: true,
    event_types: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'],
    targets: [{ type: 'http', address: receiver.url('/hook?key=hidden'), auth_header: authHeader, secret }],
  });

  beforeAll(async () => {
    await receiver.start();
    fixture = await openProject('deliveries');
    const { api, platform, project, developer } = fixture;
    client = await RepositoryClient.open(platform, `${project}/app`, developer);
    webhook = `/projects/${project}/webhook`;
    path = await api.create(`/projects/${project}/webhook/policies`, policy());
    policyId = Number(path.split('/').at(-1));
  });
  afterAll(() => receiver.stop());

  const get = async <T>(from: string): Promise<T> => expectStatus(await fixture.api.call('GET', from), 200).json<T>();
  const executions = () => get<Execution[]>(`${path}/executions`);
  const calls = () => receiver.on<DefaultBody>('/hook?key=hidden');
  const arrived = (count: number) => until(`delivery ${count}`, () => calls().length >= count, 30_000);
  const ended = () =>
    until('the end of the executions', async () => (await executions()).every(({ status }) => status !== 'Running'));

  it('are executions with tasks, a log, and the attempts that were made', async () => {
    receiver.status = 500;
    await client.pushImage('v1', uniqueLayer());
    await until('a refused attempt', () => receiver.refused > 0, 30_000);
    receiver.status = 200;
    await arrived(1);
    await ended();
    const [call] = calls();
    const [execution] = await executions();
    expect(execution).toMatchObject({
      ...{ vendor_type: 'WEBHOOK', vendor_id: policyId, status: 'Success', trigger: 'EVENT' },
      metrics: { task_count: 1, success_task_count: 1 },
      extra_attrs: { delivery: { event_type: 'PUSH_ARTIFACT', payload: call!.text } },
    });
    const tasks = `${path}/executions/${execution!.id}/tasks`;
    const [task] = await get<{ id: number; status: string; run_count: number }[]>(tasks);
    expect(task).toMatchObject({ status: 'Success', run_count: receiver.refused + 1 });
    const log = expectStatus(await fixture.api.call('GET', `${tasks}/${task!.id}/log`), 200);
    expect(log.text).toContain(call!.text);
    expect(log.text).toContain('answered 500');
    const attempts = await get<{ succeeded: boolean; response: object; request: { headers: object } }[]>(
      `${path}/deliveries`,
    );
    expect(attempts).toHaveLength(receiver.refused + 1);
    expect(attempts[0]).toMatchObject({
      ...{ succeeded: true, error: '', attempt: receiver.refused + 1, event_type: 'PUSH_ARTIFACT' },
      ...{ execution_id: execution!.id, task_id: task!.id, event_id: call!.body.event_id },
      request: { address: receiver.url('/hook?…'), body: call!.text },
      response: { status: 200, body: 'answer 200' },
    });
    expect(attempts.at(-1)).toMatchObject({
      ...{ succeeded: false, error: 'answered 500', attempt: 1 },
      request: { headers: { authorization: '***', 'webhook-id': call!.body.event_id } },
      response: { status: 500, body: 'answer 500' },
    });
    for (const shown of [log.text, JSON.stringify(attempts), JSON.stringify(execution)])
      for (const hidden of [authHeader, secret, 'key=hidden']) expect(shown).not.toContain(hidden);
    expect(JSON.stringify(await get(path))).not.toContain(secret);
  });

  it('are in the older list, and the last of each event is known', async () => {
    const [execution] = await executions();
    expect(await get(`${webhook}/jobs?policy_id=${policyId}&status=Success`)).toEqual([
      {
        ...{ id: execution!.id, policy_id: policyId, event_type: 'PUSH_ARTIFACT', notify_type: 'http' },
        ...{ status: 'Success', job_detail: execution!.extra_attrs.delivery.payload },
        ...{ creation_time: expect.any(String), update_time: expect.any(String) },
      },
    ]);
    expect(await get(`${webhook}/jobs?policy_id=${policyId}&status=Error`)).toEqual([]);
    const last = await get<{ event_type: string; last_trigger_time: string }[]>(`${webhook}/lasttrigger`);
    const of = (type: string) => last.find(({ event_type: found }) => found === type);
    expect(of('DELETE_ARTIFACT')).toMatchObject({ policy_name: 'ci', last_trigger_time: '0001-01-01T00:00:00.000Z' });
    const pushed = Date.parse(of('PUSH_ARTIFACT')!.last_trigger_time);
    expect(pushed).toBeGreaterThanOrEqual(calls()[0]!.body.occur_at * 1_000);
    expect(pushed).toBeLessThanOrEqual(Date.now());
  });

  it('are made again when asked, under the same id', async () => {
    const [{ id }] = (await executions()) as [Execution];
    const before = calls();
    const { headers } = expectStatus(await fixture.api.call('POST', `${path}/executions/${id}/redeliveries`), 201);
    await arrived(before.length + 1);
    await ended();
    const again = calls().at(-1)!;
    expect(again.text).toBe(before.at(-1)!.text);
    expect(again.headers['webhook-id']).toBe(before.at(-1)!.headers['webhook-id']);
    expect((await executions())[0]).toMatchObject({
      id: Number(String(headers.location).split('/').at(-1)),
      ...{ trigger: 'MANUAL', status: 'Success', extra_attrs: { delivery: { redelivery_of: id } } },
    });
  });

  it('are not made for a policy that is disabled, neither new ones nor those on their way', async () => {
    const { api, project } = fixture;
    const before = calls().length;
    const refused = receiver.refused;
    receiver.status = 503;
    await client.pushImage('v2', uniqueLayer());
    await until('a refused attempt', () => receiver.refused > refused, 30_000);
    expectStatus(await fixture.api.call('PUT', path, { ...policy(), enabled: false }), 200);
    receiver.status = 200;
    // Events are brought to all policies at once: what one was told of, the other would have been.
    const targets = [{ type: 'http', address: receiver.url('/witness') }];
    await api.create(`/projects/${project}/webhook/policies`, { ...policy(), name: 'witness', targets });
    await client.pushImage('v3', uniqueLayer());
    await until('the witness to hear of it', () => receiver.on('/witness', 'app:v3').length === 1, 30_000);
    await ended();
    const [stopped] = await executions();
    expect(stopped).toMatchObject({ status: 'Stopped', extra_attrs: { delivery: { event_type: 'PUSH_ARTIFACT' } } });
    const redelivery = `${path}/executions/${stopped!.id}/redeliveries`;
    expectStatus(await fixture.api.call('POST', redelivery), 412);
    expectStatus(await fixture.api.call('PUT', path, policy()), 200);
    await client.pushImage('v4', uniqueLayer());
    await arrived(before + 1);
    expect(calls()[before]!.body.event_data.resources![0]!.tag).toBe('v4');
  });

  it('are shown to nobody below a maintainer', async () => {
    const developer = new Api(fixture.platform, fixture.developer);
    const maintainer = new Api(fixture.platform, fixture.maintainer);
    for (const from of [path, `${path}/executions`, `${path}/deliveries`]) {
      expectStatus(await developer.call('GET', from), 403);
      expectStatus(await maintainer.call('GET', from), 200);
    }
    // Who may change it gets what it was made with, for clients send back what they read; others see no credential.
    const target = async (as: Api) =>
      expectStatus(await as.call('GET', path), 200).json<{ targets: { address: string; auth_header: string }[] }>()
        .targets[0];
    expect(await target(fixture.api)).toMatchObject({
      address: receiver.url('/hook?key=hidden'),
      auth_header: authHeader,
    });
    expect(await target(maintainer)).toMatchObject({ address: receiver.url('/hook?…'), auth_header: '***' });
    const [{ id }] = (await executions()) as [Execution];
    expectStatus(await maintainer.call('POST', `${path}/executions/${id}/redeliveries`), 403);
  });
});
