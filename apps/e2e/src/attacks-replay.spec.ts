import { Api, Role } from './support/api';
import { Browser } from './support/browser';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { basic, type Credentials, expectStatus, send } from './support/http';
import { uniqueLayer } from './support/images';
import { until } from './support/ports';
import { fetchToken, RepositoryClient } from './support/registry';

jest.setTimeout(60_000);

/** What the platform promises (decision 17). Replicas: coherence.int.spec.ts and tokens.int.spec.ts of the registry. */
const promisedMs = 2_000;

let fixture: ProjectFixture;
let api: Api;

beforeAll(async () => {
  fixture = await openProject('replay');
  ({ api } = fixture);
  const client = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.developer);
  await client.pushImage('v1', uniqueLayer());
});

const repository = (): string => `${fixture.project}/app`;
const pull = (token: string) =>
  send(`${fixture.platform.httpUrl}/v2/${repository()}/manifests/v1`, {
    headers: { authorization: `Bearer ${token}` },
  });
const push = (token: string) =>
  send(`${fixture.platform.httpUrl}/v2/${repository()}/blobs/uploads/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });

async function tokenOf(credentials?: Credentials): Promise<string> {
  const answer = await fetchToken(fixture.platform.httpUrl, `repository:${repository()}:pull,push`, credentials);
  return expectStatus(answer, 200).json<{ token: string }>().token;
}

/** The token is good, and after the change it soon is not, for pulls and pushes, and stays so. */
async function expectEnd(token: string, change: () => Promise<unknown>): Promise<void> {
  expectStatus(await pull(token), 200);
  await change();
  await until('the refusal', async () => (await pull(token)).status === 401, promisedMs);
  for (let again = 0; again < 5; again++) {
    expectStatus(await pull(token), 401);
    expectStatus(await push(token), 401);
  }
}

const member = (role: number = Role.developer): Promise<Credentials> =>
  api.createMember(fixture.project, unique('member'), role);
const idOf = (who: Credentials): Promise<number> => new Api(fixture.platform, who).userId();

interface MadeRobot {
  path: string;
  body: { name: string };
  credentials: Credentials;
}

async function robot(): Promise<MadeRobot> {
  const access = ['pull', 'push'].map((action) => ({ resource: 'repository', action }));
  const permissions = [{ kind: 'project', namespace: fixture.project, access }];
  const body = { name: unique('ci'), level: 'project', duration: -1, permissions };
  const made = expectStatus(await api.call('POST', '/robots', body), 201).json<{
    id: number;
    name: string;
    secret: string;
  }>();
  return { path: `/robots/${made.id}`, body, credentials: { username: made.name, password: made.secret } };
}

describe('a registry token is worth nothing within two seconds after', () => {
  it('its member was removed', async () => {
    const who = await member();
    const members = `/projects/${fixture.project}/members`;
    const [{ id }] = await api.get<[{ id: number }]>(`${members}?entityname=${who.username}`);
    await expectEnd(await tokenOf(who), async () => expectStatus(await api.call('DELETE', `${members}/${id}`), 200));
  });

  it('its member had to give up a role', async () => {
    const who = await member();
    const members = `/projects/${fixture.project}/members`;
    const [{ id }] = await api.get<[{ id: number }]>(`${members}?entityname=${who.username}`);
    const role = { role_id: Role.limitedGuest };
    await expectEnd(await tokenOf(who), async () => expectStatus(await api.call('PUT', `${members}/${id}`, role), 200));
  });

  it('its owner changed the password', async () => {
    const who = await member();
    const own = new Api(fixture.platform, who);
    const body = { old_password: who.password, new_password: 'Changed12' };
    const path = `/users/${await idOf(who)}/password`;
    await expectEnd(await tokenOf(who), async () => expectStatus(await own.call('PUT', path, body), 200));
    expectStatus(await own.call('GET', '/users/current'), 401);
  });

  it('its owner was deleted', async () => {
    const who = await member();
    const path = `/users/${await idOf(who)}`;
    await expectEnd(await tokenOf(who), async () => expectStatus(await api.call('DELETE', path), 200));
  });

  it.each<[string, (made: MadeRobot) => Promise<unknown>]>([
    ['disabled', async ({ path, body }) => expectStatus(await api.call('PUT', path, { ...body, disable: true }), 200)],
    [
      'given another secret',
      async ({ path }) => expectStatus(await api.call('PATCH', path, { secret: 'Another12' }), 200),
    ],
    ['deleted', async ({ path }) => expectStatus(await api.call('DELETE', path), 200)],
  ])('its robot was %s', async (_what, change) => {
    const made = await robot();
    await expectEnd(await tokenOf(made.credentials), () => change(made));
    expectStatus(await new Api(fixture.platform, made.credentials).call('GET', '/statistics'), 401);
  });

  it('its access token was revoked, and so is that', async () => {
    const who = await member();
    const own = new Api(fixture.platform, who);
    const tokens = `/users/${await idOf(who)}/access-tokens`;
    const made = expectStatus(await own.call('POST', tokens, { name: 'ci' }), 201).json<{
      id: number;
      token: string;
    }>();
    const credentials = { username: who.username, password: made.token };
    await expectEnd(await tokenOf(credentials), async () =>
      expectStatus(await own.call('DELETE', `${tokens}/${made.id}`), 200),
    );
    for (const authorization of [`Bearer ${made.token}`, basic(credentials)])
      for (const path of ['/api/v2.0/users/current', '/service/token?service=harbor-registry', '/v2/'])
        expectStatus(await send(`${fixture.platform.httpUrl}${path}`, { headers: { authorization } }), 401);
  });

  it('its session was signed out, and so is that', async () => {
    const who = await member();
    const page = new Browser(fixture.platform);
    expectStatus(await page.login(who), 200);
    const path = `/service/token?service=harbor-registry&scope=repository:${repository()}:pull,push`;
    const { token } = expectStatus(await page.request('GET', path), 200).json<{ token: string }>();
    await expectEnd(token, async () => expectStatus(await page.logOut(), 200));
    expectStatus(await page.call('GET', '/users/current'), 401);
  });

  it('its session was ended from elsewhere', async () => {
    const who = await member();
    const page = new Browser(fixture.platform);
    expectStatus(await page.login(who), 200);
    const path = `/service/token?service=harbor-registry&scope=repository:${repository()}:pull,push`;
    const { token } = expectStatus(await page.request('GET', path), 200).json<{ token: string }>();
    const sessions = `/users/${await idOf(who)}/sessions`;
    await expectEnd(token, async () => expectStatus(await api.call('DELETE', sessions), 200));
  });

  it('the public project that it was for was closed', async () => {
    await api.setPublic(fixture.project, true);
    const path = `${fixture.platform.httpUrl}/service/token?service=harbor-registry&scope=repository:${repository()}:pull`;
    const { token } = expectStatus(await send(path), 200).json<{ token: string }>();
    await expectEnd(token, () => api.setPublic(fixture.project, false));
  });
});
