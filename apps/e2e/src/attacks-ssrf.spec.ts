import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Api } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { type Answer, expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { outwardAddress, until } from './support/ports';
import { RepositoryClient } from './support/registry';
import { WebhookReceiver } from '@breakwater/testing';
import { deliveredBy, policyFor } from './support/webhooks';

jest.setTimeout(90_000);

/** The platform under test may send to 127.0.0.1 and to no other internal address. */
describe('addresses that webhooks are sent to', () => {
  let fixture: ProjectFixture;
  let client: RepositoryClient;
  let guarded: Server;
  let asked: string[];
  let port: number;

  beforeAll(async () => {
    fixture = await openProject('ssrf');
    client = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.developer);
    // Whatever of this machine is reached by another name than the one that is allowed.
    asked = [];
    guarded = createServer((request, response) => {
      asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
      response.end();
    });
    await new Promise<void>((resolve) => guarded.listen(0, resolve));
    ({ port } = guarded.address() as AddressInfo);
  });
  afterAll(() => void guarded.close());

  const create = (address: string): Promise<Answer> =>
    fixture.api.call(
      'POST',
      `/projects/${fixture.project}/webhook/policies`,
      policyFor(`p${Math.random()}`, address, ['PUSH_ARTIFACT']),
    );

  const internal = [
    '[::1]',
    '[::ffff:127.0.0.2]',
    '[::ffff:7f00:2]',
    '[0:0:0:0:0:ffff:7f00:0002]',
    '127.0.0.2',
    '127.2',
    '0x7f.0.0.2',
    '0177.0.0.2',
    '2130706434',
    '0x7f000002',
    '0.0.0.0',
    '0',
    '[::]',
    '１２７.0.0.2',
    '127。0。0。2',
  ];

  it('are none of the inside, however they are written, and redirects lead there neither', async () => {
    const redirecting = new WebhookReceiver();
    await redirecting.start();
    const detour = createServer((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.2:${port}/redirected` }).end(),
    );
    await new Promise<void>((resolve) => detour.listen(0, '127.0.0.1', resolve));
    const policies: string[] = [];
    for (const host of internal) {
      const answer = await create(`http://${host}:${port}/literal`);
      if (answer.status === 201) policies.push(String(answer.headers.location).replace(/^.*\/api\/v2\.0/, ''));
      else expectStatus(answer, 400);
    }
    const path = `http://127.0.0.1:${(detour.address() as AddressInfo).port}/`;
    const redirected = String(expectStatus(await create(path), 201).headers.location).replace(/^.*\/api\/v2\.0/, '');
    const control = String(expectStatus(await create(redirecting.url('/control')), 201).headers.location);
    expect(policies.length).toBeGreaterThan(10);

    await client.pushImage('v1', uniqueLayer());
    await until('the delivery that is allowed', () => redirecting.on('/control').length > 0, 30_000);
    for (const policy of [...policies.slice(0, 3), redirected])
      await until(`an attempt of ${policy}`, async () => (await attempts(policy)).length > 0, 30_000);
    for (const policy of policies)
      for (const { succeeded, response } of await attempts(policy)) {
        expect(succeeded).toBe(false);
        expect(JSON.stringify(response ?? '')).not.toContain('literal');
      }
    expect(asked).toEqual([]);
    for (const policy of [...policies, redirected, control.replace(/^.*\/api\/v2\.0/, '')])
      expectStatus(await fixture.api.call('DELETE', policy), 200);
    await redirecting.stop();
    detour.close();
  });

  const attempts = (policy: string) =>
    fixture.api.get<{ succeeded: boolean; response?: unknown }[]>(`${policy}/deliveries`);

  it.each([
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'ftp://127.0.0.1/',
    'dict://127.0.0.1:11211/stat',
    'unix:///var/run/docker.sock',
    'javascript:alert(1)',
    'http://user:password@127.0.0.1/',
    'http://127.0.0.1 :80/',
    'http://',
    'http://[::1',
  ])('are http and https alone: %s', async (address) => {
    expectStatus(await create(address), 400);
  });

  it('take no line breaks into the request that is sent', async () => {
    const receiver = new WebhookReceiver();
    await receiver.start();
    const policies = `/projects/${fixture.project}/webhook/policies`;
    const [target] = policyFor('x', receiver.url('/crlf'), ['PUSH_ARTIFACT']).targets;
    for (const auth_header of ['x\r\nX-Evil: 1', 'x\nX-Evil: 1', 'x\u0000', '\u2028'])
      expectStatus(
        await fixture.api.call('POST', policies, {
          ...policyFor('x', '', ['PUSH_ARTIFACT']),
          targets: [{ ...target, auth_header }],
        }),
        400,
      );
    const answer = await create(receiver.url('/crlf%0d%0aX-Evil:%201\r\nX-Evil: 1'));
    const path = String(expectStatus(answer, 201).headers.location).replace(/^.*\/api\/v2\.0/, '');
    await client.pushImage('v2', uniqueLayer());
    await deliveredBy(fixture.api, path, 1);
    expect(receiver.delivered.length).toBe(1);
    expect(receiver.delivered[0]?.headers).not.toHaveProperty('x-evil');
    await receiver.stop();
  });
});

const outward = outwardAddress();

/** The platform under test may send the audit log into private networks, and to nothing of its own machine. */
describe('where the audit log is forwarded', () => {
  const listener = createTcpServer((socket) => {
    reached.push(socket.localAddress ?? '');
    socket.on('error', () => undefined).on('data', (data) => (received += data.toString()));
  });
  const reached: string[] = [];
  let received = '';
  let fixture: ProjectFixture;
  let port: number;

  beforeAll(async () => {
    fixture = await openProject('forwarded');
    await new Promise<void>((resolve) => listener.listen(0, resolve));
    ({ port } = listener.address() as AddressInfo);
  });
  afterAll(async () => {
    await forwardTo('');
    listener.close();
  });

  async function forwardTo(address: string): Promise<void> {
    const change = { audit_log_forward_endpoint: address };
    expectStatus(await fixture.api.call('PUT', '/configurations', change), 200);
  }

  /** Something that the audit log tells of; over when it is there. */
  async function act(): Promise<string> {
    const name = unique('label');
    expectStatus(await fixture.api.call('POST', '/labels', { name, scope: 'g' }), 201);
    const found = async () => (await fixture.api.get<object[]>(`/auditlog-exts?q=resource=${name}`)).length > 0;
    await until(`the entry of ${name}`, found, 30_000);
    return name;
  }

  (outward ? it : it.skip)('is no address of the machine itself, and entries wait for one that may be', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254']) {
      await forwardTo(`${host}:${port}`);
      await act();
    }
    expect(reached).toEqual([]);
    await forwardTo(`${outward}:${port}`);
    const name = await act();
    await until('the entry at the receiver', () => received.includes(name), 60_000);
    expect(new Set(reached)).toEqual(new Set([`::ffff:${outward}`]));
    // A protocol of lines would read each of them as a command.
    expect(received).not.toMatch(/[\r\n]/);
  });

  it.each([
    'http://127.0.0.1:9200',
    'unix:///var/run/docker.sock',
    'udp://127.0.0.1:514',
    '127.0.0.1:0',
    '127.0.0.1:6379/0',
    'user@127.0.0.1:514',
    '127.0.0.1:6379\r\nFLUSHALL',
    '[::1%lo]:514',
  ])('is a host and a port alone: %j', async (address) => {
    const answer = await fixture.api.call('PUT', '/configurations', { audit_log_forward_endpoint: address });
    expect(expectStatus(answer, 400).json()).toMatchObject({ errors: [{ reason: 'setting.invalid' }] });
  });

  it('is for administrators to say', async () => {
    const api = new Api(fixture.platform, fixture.maintainer);
    const change = { audit_log_forward_endpoint: `${outward ?? '192.0.2.1'}:${port}` };
    expectStatus(await api.call('PUT', '/configurations', change), 403);
  });
});
