import { Browser } from './support/browser';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { type Answer, basic, type Credentials, expectStatus, send } from './support/http';
import { trustedProxy } from './support/platform';
import { outwardAddress } from './support/ports';

jest.setTimeout(120_000);

let fixture: ProjectFixture;
let guesses = 0;

beforeAll(async () => {
  fixture = await openProject('guessing');
});

/** Each test takes networks of its own: what is counted stays. */
let networks = 0;
const region = Math.floor(Math.random() * 65_536).toString(16);
const newNetwork = (): string => `2001:db8:${region}:${(++networks).toString(16)}`;

/** Who asks: an address behind the proxy that the platform trusts, or somebody directly who says this and that. */
type From = string | { base: string; headers: Record<string, string> };
type Door = (who: Credentials, from: From) => Promise<Answer>;

const sent = (from: From) =>
  typeof from === 'string'
    ? { base: fixture.platform.httpUrl, localAddress: trustedProxy, headers: { 'x-forwarded-for': from } }
    : from;

const at = (path: string): Door => {
  return (who, from) => {
    const { base, headers, ...rest } = { localAddress: undefined, ...sent(from) };
    return send(`${base}${path}`, { ...rest, headers: { ...headers, authorization: basic(who) } });
  };
};
const here = (headers: Record<string, string> = {}): From => ({ base: fixture.platform.httpUrl, headers });

/** Every place where a password is looked at. */
const doors: Record<string, Door> = {
  'the API': at('/api/v2.0/users/current'),
  '/service/token': at('/service/token?service=harbor-registry'),
  '/v2/': at('/v2/'),
  '/c/login': async ({ username, password }, from) => {
    const { base, headers, ...rest } = { localAddress: undefined, ...sent(from) };
    const page = new Browser({ ...fixture.platform, httpUrl: base });
    const form = { ...rest, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } };
    await page.request('POST', '/c/login', form);
    const body = new URLSearchParams({ principal: username, password }).toString();
    return page.request('POST', '/c/login', { ...form, body });
  },
};
const wrong = (username: string): Credentials => ({ username, password: `Wrong${++guesses}xY` });

function expectThrottled(answer: Answer): void {
  expectStatus(answer, 429);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.json()).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS', reason: 'login.throttled' }] });
}

it('guesses count alike wherever they are made, and shut every door', async () => {
  const who = await fixture.api.createUser(unique('guessed'));
  const address = `${newNetwork()}::1`;
  const all = Object.values(doors);
  for (let guess = 0; guess < 5; guess++)
    expectStatus(await all[guess % all.length]!(wrong(who.username), address), 401);
  // Also for who knows the password.
  for (const door of all) expectThrottled(await door(who, address));
  // One door shut by guesses does not shut it for the owner elsewhere.
  for (const door of all) expect((await door(who, `${newNetwork()}::1`)).status).toBe(200);
});

it.each(Object.keys(doors))('an account that is not there is answered as one that is: %s', async (name) => {
  const gone = await fixture.api.createUser(unique('gone'));
  const [{ user_id: id } = { user_id: 0 }] = await fixture.api.get<{ user_id: number }[]>(
    `/users?q=username%3D${gone.username}`,
  );
  expectStatus(await fixture.api.call('DELETE', `/users/${id}`), 200);
  const options = { project: fixture.project, name: unique('ci'), actions: ['pull'] };
  const robot = await fixture.api.createRobot(options);
  const seen: string[] = [];
  for (const username of [
    ...[fixture.developer.username, unique('nobody'), gone.username],
    ...[robot.username, `robot$${fixture.project}+none`, `robot$${unique('nowhere')}+ci`],
  ]) {
    const address = `${newNetwork()}::1`;
    const answers: string[] = [];
    for (let guess = 0; guess < 6; guess++) {
      const { status, text, headers: got } = await doors[name]!(wrong(username), address);
      // How many seconds are left is a matter of the moment.
      answers.push(JSON.stringify([status, text.replaceAll(/\d+/g, 'n'), Object.keys(got).sort()]));
    }
    seen.push(answers.join('\n'));
  }
  expect(new Set(seen).size).toBe(1);
});

it('the old password is guessed no faster by who holds a session of somebody', async () => {
  const who = await fixture.api.createUser(unique('changing'));
  const stolen = new Browser(fixture.platform);
  expectStatus(await stolen.login(who), 200);
  const { user_id: id } = (await stolen.call('GET', '/users/current')).json<{ user_id: number }>();
  const change = (old_password: string) =>
    stolen.call('PUT', `/users/${id}/password`, { old_password, new_password: 'Stolen123' });
  for (let guess = 0; guess < 5; guess++) expectStatus(await change(wrong('').password), 403);
  expectThrottled(await change(who.password));
  expectThrottled(await doors['/c/login']!(who, here()));
});

it('many accounts from one network are shut out together, however the addresses within it change', async () => {
  const network = newNetwork();
  for (let account = 0; account < 30; account++)
    expectStatus(await doors['the API']!(wrong(unique('sprayed')), `${network}:${account}::1`), 401);
  for (const door of Object.values(doors)) expectThrottled(await door(fixture.maintainer, `${network}:abcd::9`));
});

it('admin is shut out elsewhere, and never from the machine itself', async () => {
  const { admin } = fixture.platform;
  const address = `${newNetwork()}::1`;
  for (let guess = 0; guess < 5; guess++) expectStatus(await doors['the API']!(wrong('admin'), address), 401);
  expectThrottled(await doors['/c/login']!(admin, address));
  for (let guess = 0; guess < 8; guess++) expectStatus(await doors['the API']!(wrong('admin'), here()), 401);
  for (const door of Object.values(doors)) expectStatus(await door(admin, here()), 200);
});

const outward = outwardAddress();
(outward ? describe : describe.skip)('a client that no proxy vouches for (skipped without a network)', () => {
  const outside = (headers: Record<string, string>): From => ({
    base: `http://${outward ?? ''}:${fixture.platform.httpPort}`,
    headers,
  });
  const lies = (address: string) =>
    outside({
      'x-forwarded-for': `${address}, 127.0.0.1`,
      'x-real-ip': address,
      'true-client-ip': address,
      'x-client-ip': address,
      forwarded: `for=${address}`,
    });

  it('is the same client whatever it says of its address', async () => {
    const who = await fixture.api.createUser(unique('forwarded'));
    for (let guess = 1; guess <= 5; guess++)
      expectStatus(await doors['the API']!(wrong(who.username), lies(`198.51.100.${guess}`)), 401);
    for (const said of ['198.51.100.99', '127.0.0.1', '::1', trustedProxy, 'not an address', ''])
      expectThrottled(await doors['/v2/']!(who, lies(said)));
    expectThrottled(await doors['/service/token']!(who, outside({})));
  });

  it('is not the machine itself because it says so', async () => {
    for (let guess = 0; guess < 5; guess++)
      expectStatus(await doors['the API']!(wrong('admin'), lies('127.0.0.1')), 401);
    // Who was let in a moment ago is not asked for the password again; signing in always asks.
    expectThrottled(await doors['/c/login']!(fixture.platform.admin, lies('127.0.0.1')));
    expectStatus(await doors['/c/login']!(fixture.platform.admin, here()), 200);
  });
});
