import { Api } from './support/api';
import { Browser } from './support/browser';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { type Answer, expectStatus, send } from './support/http';

jest.setTimeout(60_000);

const evil = 'https://evil.example.com';
const json = { 'content-type': 'application/json' };

let fixture: ProjectFixture;
let victim: Browser;
let attacker: Browser;
let victimId: number;
let robotId: number;
let named: string;

async function signedIn(who: { username: string; password: string }): Promise<Browser> {
  const page = new Browser(fixture.platform);
  expectStatus(await page.login(who), 200);
  return page;
}

beforeAll(async () => {
  fixture = await openProject('csrf');
  const { api, platform, stranger } = fixture;
  const owner = await api.createUser(unique('owner'));
  named = unique('csrf-owned');
  await new Api(platform, owner).createProject(named);
  victim = await signedIn(owner);
  attacker = await signedIn(stranger);
  victimId = expectStatus(await victim.call('GET', '/users/current'), 200).json<{ user_id: number }>().user_id;
  const robot = {
    name: 'ci',
    level: 'project',
    duration: -1,
    permissions: [{ kind: 'project', namespace: named, access: [{ resource: 'repository', action: 'pull' }] }],
  };
  robotId = expectStatus(await victim.call('POST', '/robots', robot), 201).json<{ id: number }>().id;
});

/** One change for each method that makes some; all of them the victim may make. */
const changes: [string, () => string, () => object | undefined][] = [
  ['POST', () => '/projects', () => ({ project_name: `${named}-2` })],
  ['PUT', () => `/users/${victimId}`, () => ({ email: 'evil@example.com', realname: 'evil', comment: 'evil' })],
  ['PATCH', () => `/robots/${robotId}`, () => ({ secret: 'Evil12345' })],
  ['DELETE', () => `/projects/${named}`, () => undefined],
];

type Attack = [string, () => Record<string, string | undefined>, string];
const attacks: Attack[] = [
  ['no token', () => ({ 'x-harbor-csrf-token': undefined }), 'csrf.missing'],
  ['an empty token', () => ({ 'x-harbor-csrf-token': '' }), 'csrf.missing'],
  ['a token made up', () => ({ 'x-harbor-csrf-token': Buffer.alloc(64, 7).toString('base64') }), 'csrf.invalid'],
  ['no base64', () => ({ 'x-harbor-csrf-token': '%%%' }), 'csrf.invalid'],
  ["the token of another's session", () => ({ 'x-harbor-csrf-token': attacker.token }), 'csrf.invalid'],
  ['a token whose cookie is not there', () => ({ cookie: `sid=${victim.cookies.get('sid') ?? ''}` }), 'csrf.invalid'],
  [
    'a cookie and token of nobody',
    () => ({
      cookie: `sid=${victim.cookies.get('sid') ?? ''}; _gorilla_csrf=${Buffer.alloc(32).toString('base64url')}.x`,
      'x-harbor-csrf-token': Buffer.alloc(64).toString('base64'),
    }),
    'csrf.invalid',
  ],
  [
    "the attacker's cookie planted with its token, from a page of his",
    () => ({
      cookie: `sid=${victim.cookies.get('sid') ?? ''}; _gorilla_csrf=${attacker.cookies.get('_gorilla_csrf') ?? ''}`,
      'x-harbor-csrf-token': attacker.token,
      origin: evil,
    }),
    'csrf.origin',
  ],
  ['the right token from another origin', () => ({ origin: evil }), 'csrf.origin'],
  ['the right token from a sandboxed page', () => ({ origin: 'null' }), 'csrf.origin'],
  [
    'an origin that begins like ours',
    () => ({ origin: `${fixture.platform.httpUrl}.evil.example.com` }),
    'csrf.origin',
  ],
  [
    'an origin with our host as its user',
    () => ({ origin: `http://${fixture.platform.host}@evil.example.com` }),
    'csrf.origin',
  ],
  ['the right token across sites', () => ({ 'sec-fetch-site': 'cross-site' }), 'csrf.origin'],
];

describe.each(changes)('a change by %s', (method, path, body) => {
  const ask = (headers: Record<string, string | undefined>): Promise<Answer> => {
    const text = body() && JSON.stringify(body());
    const answered = new Browser(fixture.platform);
    for (const [name, value] of victim.cookies) answered.cookies.set(name, value);
    answered.token = victim.token;
    return answered.request(method, `/api/v2.0${path()}`, { body: text, headers: { ...(text && json), ...headers } });
  };

  it.each(attacks)('is refused with %s', async (_what, headers, reason) => {
    const answer = expectStatus(await ask(headers()), 403);
    expect(answer.json()).toMatchObject({ errors: [{ code: 'FORBIDDEN', reason }] });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is refused as a plain form of %s',
    async (type) => {
      expectStatus(await ask({ 'content-type': type, 'x-harbor-csrf-token': undefined }), 403);
    },
  );

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'is not smuggled past in %s',
    async (name) => {
      const answer = await victim.request('GET', `/api/v2.0${path()}?_method=${method}`, {
        headers: { [name]: method },
      });
      expect([200, 404, 405]).toContain(answer.status);
    },
  );

  it('is not allowed to pages of others beforehand', async () => {
    const headers = {
      origin: evil,
      'access-control-request-method': method,
      'access-control-request-headers': 'x-harbor-csrf-token,content-type',
    };
    const answer = await victim.request('OPTIONS', `/api/v2.0${path()}`, { headers });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});

it('nothing of all that was done', async () => {
  expect(expectStatus(await victim.call('GET', `/users/${victimId}`), 200).text).not.toContain('evil');
  expectStatus(await victim.call('GET', `/projects/${named}`), 200);
  expectStatus(await fixture.api.call('GET', `/projects/${named}-2`), 404);
  const robot = { username: `robot$${named}+ci`, password: 'Evil12345' };
  expectStatus(await new Api(fixture.platform, robot).call('GET', '/projects'), 401);
});

it('no answer to a session is for scripts of other origins', async () => {
  for (const path of ['/api/v2.0/users/current', '/service/token?service=harbor-registry', '/c/log_out', '/v2/']) {
    const page = await signedIn(fixture.developer);
    const { headers } = await page.request('GET', path, { headers: { origin: evil } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

it('a session means nothing to the registry: nothing is pushed with it', async () => {
  const headers = { origin: evil, 'x-harbor-csrf-token': undefined };
  for (const [method, path] of [
    ['POST', `/v2/${named}/app/blobs/uploads/`],
    ['PUT', `/v2/${named}/app/manifests/v1`],
    ['DELETE', `/v2/${named}/app/manifests/v1`],
  ] as const)
    expectStatus(await victim.request(method, path, { headers }), 401);
});

describe('signing in', () => {
  const form = ({ username, password }: { username: string; password: string }) =>
    new URLSearchParams({ principal: username, password }).toString();
  const type = 'application/x-www-form-urlencoded';

  it("into the attacker's account, from a page of his, is refused", async () => {
    const page = new Browser(fixture.platform);
    await page.request('POST', '/c/login', { body: '', headers: { 'content-type': type } });
    for (const headers of [
      { origin: evil },
      { 'x-harbor-csrf-token': undefined },
      { 'x-harbor-csrf-token': attacker.token },
    ]) {
      const body = form(fixture.stranger);
      const answer = await page.request('POST', '/c/login', { body, headers: { 'content-type': type, ...headers } });
      expectStatus(answer, 403);
    }
    expect(page.cookies.get('sid')).toBeUndefined();
  });

  it('gives another cookie than any that was there before', async () => {
    const planted = Buffer.alloc(32, 3).toString('base64url');
    for (const before of [planted, attacker.cookies.get('sid') ?? '']) {
      const page = new Browser(fixture.platform);
      page.cookies.set('sid', before);
      expectStatus(await page.login(fixture.developer), 200);
      expect(page.cookies.get('sid')).not.toBe(before);
      // Who planted it is not signed in as the victim, and what it was is over.
      const thief = new Browser(fixture.platform);
      thief.cookies.set('sid', before);
      expectStatus(await thief.call('GET', '/users/current'), 401);
    }
    attacker = await signedIn(fixture.stranger);
  });

  it('is of a cookie alone: a sid elsewhere is none', async () => {
    const sid = victim.cookies.get('sid') ?? '';
    const base = `${fixture.platform.httpUrl}/api/v2.0/users/current`;
    expectStatus(await send(`${base}?sid=${sid}`), 401);
    const disguises: Record<string, string>[] = [
      { sid },
      { authorization: `Bearer ${sid}` },
      { cookie: `SID=${sid}` },
      { cookie: `sid="${sid}"` },
    ];
    for (const headers of disguises) expectStatus(await send(base, { headers }), 401);
  });

  it('ends for good: the cookie of a session that was signed out is worth nothing', async () => {
    const page = await signedIn(fixture.maintainer);
    const sid = page.cookies.get('sid') ?? '';
    expectStatus(await page.logOut(), 200);
    const thief = new Browser(fixture.platform);
    thief.cookies.set('sid', sid);
    expectStatus(await thief.call('GET', '/users/current'), 401);
    expectStatus(await thief.login(fixture.maintainer), 200);
    expect(thief.cookies.get('sid')).not.toBe(sid);
  });
});
