import { SettingsService } from '@breakwater/settings';
import { CONFIG, REDIS, type CoreConfig } from '@breakwater/platform';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestBrowser } from '../testing/test-browser';
import { adminPassword, password, startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let other: TestCore;
let alice: number;

beforeAll(async () => {
  core = await startTestCore();
  const { DATABASE_URL, REDIS_PREFIX } = core.app.get<CoreConfig>(CONFIG, { strict: false });
  other = await startTestCore({ DATABASE_URL, REDIS_PREFIX });
  alice = await core.createUser('alice');
}, 60_000);
afterAll(async () => {
  await other?.close();
  await core?.close();
});

const browser = (at = core): TestBrowser => new TestBrowser(at);
async function signedIn(name = 'alice', secret = password): Promise<TestBrowser> {
  const page = browser();
  expect(await page.login(name, secret)).toMatchObject({ status: 200 });
  return page;
}
/** The same cookies, at another replica. */
function elsewhere(page: TestBrowser): TestBrowser {
  const there = browser(other);
  for (const [name, value] of page.cookies) there.cookies.set(name, value);
  there.token = page.token;
  return there;
}
const who = async (page: TestBrowser): Promise<string | number> => {
  const { status, body } = await page.request('GET', '/users/current');
  return status === 200 ? body.username : status;
};
const audited = (event: string) =>
  core.database.query<{ name: string; succeeded: boolean }>(
    `SELECT payload->>'resource' AS name, (payload->>'succeeded')::boolean AS succeeded FROM outbox
     WHERE topic = 'action.audited' AND payload->>'event' = $1 ORDER BY id`,
    [event],
  );

describe('signing in', () => {
  it('needs a token that the refusal brings, and gives a cookie that scripts do not see', async () => {
    const page = browser();
    const refused = await page.form('//c/login', { principal: 'alice', password });
    expect(refused).toMatchObject({
      status: 403,
      headers: { 'x-harbor-csrf-token': expect.any(String) },
      body: { errors: [{ code: 'FORBIDDEN', message: 'CSRF token not found in request', reason: 'csrf.missing' }] },
    });
    expect(page.attributes.get('_gorilla_csrf')).toBe('Path=/; HttpOnly; SameSite=Strict; Max-Age=43200');
    expect(page.cookies.has('sid')).toBe(false);
    expect(await page.form('//c/login', { principal: 'alice', password })).toMatchObject({ status: 200 });
    expect(page.attributes.get('sid')).toBe('Path=/; HttpOnly; SameSite=Lax');
    expect(await who(page)).toBe('alice');
    expect(await who(elsewhere(page))).toBe('alice');
    expect(await audited('login_user')).toContainEqual({ name: 'alice', succeeded: true });
  });

  it('keeps cookies to TLS where the clients come by it', async () => {
    const page = browser();
    await page.login('alice', password, { 'x-forwarded-proto': 'https' });
    expect(page.attributes.get('sid')).toBe('Path=/; HttpOnly; SameSite=Lax; Secure');
    expect(page.attributes.get('_gorilla_csrf')).toBe('Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=43200');
  });

  it('is refused the same way for a wrong password and an unknown name, and noted', async () => {
    const answers = [await browser().login('alice', 'Wrong1234'), await browser().login('nobody', 'Wrong1234')];
    for (const answer of answers)
      expect(answer).toMatchObject({
        status: 401,
        body: { errors: [{ code: 'UNAUTHORIZED', reason: 'login.failed' }] },
      });
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(await audited('login_user')).toEqual(
      expect.arrayContaining([
        { name: 'alice', succeeded: false },
        { name: 'nobody', succeeded: false },
      ]),
    );
  });

  it('is not for robots and access tokens', async () => {
    const { body } = await core.request('POST', `/users/${alice}/access-tokens`, {
      as: 'alice',
      body: { name: 'cli' },
    });
    expect((await browser().login('alice', body.token)).status).toBe(401);
    const permissions = [{ kind: 'system', namespace: '/', access: [{ resource: 'user', action: 'list' }] }];
    const robot = { name: 'page', level: 'system', duration: -1, secret: password, permissions };
    expect((await core.request('POST', '/robots', { as: 'admin', body: robot })).status).toBe(201);
    expect((await browser().login('robot$page', password)).status).toBe(401);
  });

  it('never goes on with a session that somebody planted', async () => {
    const page = browser();
    page.cookies.set('sid', 'A'.repeat(43));
    expect((await page.login('alice')).status).toBe(200);
    expect(page.cookies.get('sid')).not.toBe('A'.repeat(43));
    const before = page.cookies.get('sid') ?? '';
    expect((await page.login('alice')).status).toBe(200);
    expect(page.cookies.get('sid')).not.toBe(before);
    const old = browser();
    old.cookies.set('sid', before);
    expect(await who(old)).toBe(401);
  });
});

describe('a session', () => {
  it('ends with signing out, here at once and elsewhere within two seconds', async () => {
    const page = await signedIn();
    const copy = browser();
    for (const [name, value] of page.cookies) copy.cookies.set(name, value);
    const there = elsewhere(page);
    expect(await who(there)).toBe('alice');
    expect((await page.request('GET', '//c/log_out')).status).toBe(200);
    expect(page.cookies.has('sid')).toBe(false);
    expect(await who(copy)).toBe(401);
    await sleep(1_100);
    expect(await who(there)).toBe(401);
    expect(await audited('logout_user')).toContainEqual({ name: 'alice', succeeded: true });
    expect((await browser().request('GET', '//c/log_out')).status).toBe(200);
  });

  it('ends when the password changes or the account goes, on every replica', async () => {
    const id = await core.createUser('bob');
    const page = await signedIn('bob');
    const there = elsewhere(page);
    expect(await who(there)).toBe('bob');
    const body = { old_password: password, new_password: 'Changed12' };
    expect((await page.request('PUT', `/users/${id}/password`, { body })).status).toBe(200);
    expect(await who(page)).toBe(401);
    await sleep(1_100);
    expect(await who(there)).toBe(401);
    const again = await signedIn('bob', 'Changed12');
    await core.request('DELETE', `/users/${id}`, { as: 'admin' });
    expect(await who(again)).toBe(401);
  });

  it('stays when somebody becomes an administrator, and has what that gives', async () => {
    const id = await core.createUser('carol');
    const page = await signedIn('carol');
    expect((await page.request('GET', '/users')).status).toBe(403);
    await core.request('PUT', `/users/${id}/sysadmin`, { as: 'admin', body: { sysadmin_flag: true } });
    expect((await page.request('GET', '/users')).status).toBe(200);
  });

  it('is kept alive by what people do, and not by pages that ask by themselves', async () => {
    const page = await signedIn();
    const redis = core.app.get<Redis>(REDIS, { strict: false });
    const left = async (): Promise<number> => {
      const [session] = (await core.request('GET', `/users/${alice}/sessions`, { as: 'alice' })).body;
      return Math.round((Date.parse(session.expiry_time) - Date.now()) / 60_000);
    };
    expect(await left()).toBe(60);
    const keys = await redis.keys('*session:*');
    const prefix = (redis.options.keyPrefix ?? '').length;
    for (const key of keys) await redis.expire(key.slice(prefix), 600);
    await page.request('GET', '/users/current', { headers: { 'x-harbor-no-session-renewal': 'true' } });
    expect(await left()).toBe(10);
    await page.request('GET', '/users/current');
    expect(await left()).toBe(60);
    await core.app.get(SettingsService, { strict: false }).update({ session_timeout: 5 });
    await sleep(1_100);
    await page.request('GET', '/users/current');
    expect(await left()).toBe(5);
    await core.app.get(SettingsService, { strict: false }).update({ session_timeout: 60 });
  });

  it('is not to be read from Redis', async () => {
    const page = await signedIn();
    const redis = core.app.get<Redis>(REDIS, { strict: false });
    const prefix = (redis.options.keyPrefix ?? '').length;
    const sid = page.cookies.get('sid') ?? '';
    for (const key of await redis.keys('*')) {
      expect(key).not.toContain(sid);
      const type = await redis.type(key.slice(prefix));
      if (type === 'string') expect(await redis.get(key.slice(prefix))).not.toContain(sid);
    }
  });

  it.each(['', 'x', 'A'.repeat(43), '../..', 'a'.repeat(5_000)])('is none with the cookie %j', async (sid) => {
    const page = browser();
    page.cookies.set('sid', sid);
    expect(await who(page)).toBe(401);
    expect((await page.request('GET', '/ping')).status).toBe(200);
  });
});

it('while Redis is away, requests with a session are told to come back, and others go on', async () => {
  const { DATABASE_URL } = core.app.get<CoreConfig>(CONFIG, { strict: false });
  const alone = await startTestCore({ DATABASE_URL, REDIS_URL: 'redis://127.0.0.1:9' });
  const page = new TestBrowser(alone);
  page.cookies.set('sid', 'A'.repeat(43));
  expect(await page.request('GET', '/users/current')).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2' },
    body: { errors: [{ code: 'UNAVAILABLE' }] },
  });
  expect((await alone.request('GET', '/users/current', { as: 'alice' })).status).toBe(200);
  await alone.close();
});

describe('what comes with a session', () => {
  const body = { project_name: 'made-by-a-page' };

  it('changes nothing without a token, and does with it', async () => {
    const page = await signedIn();
    for (const [token, message] of [
      [undefined, 'CSRF token not found in request'],
      ['AAAA', 'CSRF token invalid'],
    ] as const) {
      const headers: Record<string, string> = token === undefined ? {} : { 'x-harbor-csrf-token': token };
      const refused = await page.request('POST', '/projects', { token: false, body, headers });
      expect(refused).toMatchObject({ status: 403, body: { errors: [{ code: 'FORBIDDEN', message }] } });
      expect(refused.headers['x-harbor-csrf-token']).toEqual(expect.any(String));
    }
    expect((await page.request('POST', '/projects', { body })).status).toBe(201);
  });

  it('takes the token of its own cookie only', async () => {
    const [page, another] = [await signedIn(), await signedIn()];
    const headers = { 'x-harbor-csrf-token': another.token ?? '' };
    expect((await page.request('DELETE', '/projects/none', { token: false, headers })).status).toBe(403);
  });

  it.each([
    [{ origin: 'https://evil.example.com' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: 'http://registry.example.com', 'sec-fetch-site': 'same-origin' }, 200],
  ])('is refused from pages of others: %j', async (headers, status) => {
    const page = await signedIn();
    const profile = { email: 'alice@example.com', realname: 'alice', comment: '' };
    expect((await page.request('PUT', `/users/${alice}`, { body: profile, headers })).status).toBe(status);
  });

  it('needs the token also beside a password, as in Harbor; without a session, a password is enough', async () => {
    const page = await signedIn();
    const profile = { email: 'alice@example.com', realname: 'alice', comment: '' };
    expect((await page.request('PUT', `/users/${alice}`, { as: 'alice', body: profile, token: false })).status).toBe(
      403,
    );
    expect((await core.request('PUT', `/users/${alice}`, { as: 'alice', body: profile })).status).toBe(200);
  });

  it('cannot slip past by another spelling of the path', async () => {
    const page = browser();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const path of ['//%63/login', '//c/%6cogin'])
      expect([403, 404]).toContain(
        (
          await page.request('POST', path, {
            token: false,
            body: `principal=alice&password=${password}`,
            headers: type,
          })
        ).status,
      );
    expect(page.cookies.has('sid')).toBe(false);
  });
});

describe('a form', () => {
  it('is taken where browsers send them, and nowhere else', async () => {
    const page = await signedIn('admin', adminPassword);
    expect((await page.form('/users', { username: 'x' })).status).toBe(415);
    expect((await page.form('//c/userExists', { target: 'nonsense', value: 'x' })).status).toBe(422);
  });
});

describe('self-registration', () => {
  const newcomer = { username: 'newcomer', email: 'newcomer@example.com', realname: 'New', password };
  const open = (self_registration: boolean) =>
    core.app.get(SettingsService, { strict: false }).update({ self_registration });
  afterEach(() => open(false));

  it('is off by default, also for who asks whether a name is taken', async () => {
    expect((await core.request('POST', '/users', { body: newcomer })).status).toBe(401);
    const page = browser();
    await page.form('//c/userExists', {});
    expect((await page.form('//c/userExists', { target: 'username', value: 'alice' })).status).toBe(412);
    const admin = await signedIn('admin', adminPassword);
    expect(await admin.form('//c/userExists', { target: 'username', value: 'alice' })).toMatchObject({
      status: 200,
      body: true,
    });
    expect((await admin.form('//c/userExists', { target: 'email', value: 'alice@example.com' })).body).toBe(true);
    expect((await admin.form('//c/userExists', { target: 'username', value: 'nobody' })).body).toBe(false);
  });

  it('is for pages of ours: a program without their token is refused', async () => {
    await open(true);
    const page = browser();
    expect(await page.request('POST', '/users', { body: newcomer })).toMatchObject({
      status: 403,
      headers: { 'x-harbor-csrf-token': expect.any(String) },
    });
    expect((await page.form('//c/userExists', { target: 'username', value: 'newcomer' })).body).toBe(false);
    const body = { ...newcomer, sysadmin_flag: true, sysadmin: true, user_id: 1 };
    expect((await page.request('POST', '/users', { body })).status).toBe(201);
    expect((await browser().login('newcomer')).status).toBe(200);
    expect((await core.request('GET', '/users/current', { as: 'newcomer' })).body).toMatchObject({
      sysadmin_flag: false,
    });
    // Who has an account makes no other ones.
    expect((await core.request('POST', '/users', { as: 'alice', body: newcomer })).status).toBe(403);
  });
});
