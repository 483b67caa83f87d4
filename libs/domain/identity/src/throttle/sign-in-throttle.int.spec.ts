import { Authenticator } from '../authenticator';
import { startIdentity, type IdentityBench } from '../identity.suite';
import { RobotsService } from '../robots.service';
import { UsersService } from '../users.service';
import { SignInThrottle } from './sign-in-throttle';

let here: IdentityBench;
let there: IdentityBench;
let close: () => Promise<void>;

beforeAll(async () => {
  const started = await startIdentity(2);
  [here, there] = started.benches as [IdentityBench, IdentityBench];
  close = started.close;
  const users = here.app.get(UsersService, { strict: false });
  for (const name of ['admin', 'alice', 'bob', 'carol', 'dave']) {
    const facts = { password: 'Passw0rd', email: `${name}@example.com`, realname: name, comment: '' };
    await users.create(await users.prepare({ username: name, ...facts }));
  }
}, 30_000);
afterAll(() => close?.());
beforeEach(() => here.database.query('DELETE FROM sign_in_failure'));

const basic = (bench: IdentityBench, name: string, password: string, address: string) =>
  bench.app.get(Authenticator, { strict: false }).basic(name, password, address);

/** Failures that cost no hash, counted as real ones. */
async function fail(name: string, address: string, times = 1, robot = false): Promise<void> {
  const throttle = here.app.get(SignInThrottle, { strict: false });
  for (let attempt = 0; attempt < times; attempt++) {
    await throttle.watch({ username: name, address, robot }, () => Promise.resolve(undefined)).catch(() => undefined);
    await here.database.query(`UPDATE sign_in_failure SET failure_time = failure_time - interval '31 s'`);
  }
}
const throttled = { code: 'TOOMANYREQUESTS', reason: 'login.throttled' };
let wrong = 0;
const another = (): string => `Wrong${++wrong}`;

describe('wrong passwords for one account from one network', () => {
  it('cost a pause after five, on every replica, and nothing anywhere else', async () => {
    for (let attempt = 0; attempt < 5; attempt++)
      await expect(basic(here, 'alice', another(), '192.0.2.1')).resolves.toBeUndefined();
    for (const bench of [here, there])
      await expect(basic(bench, 'alice', 'Passw0rd', '192.0.2.1')).rejects.toMatchObject({
        ...throttled,
        headers: { 'retry-after': expect.stringMatching(/^[12]$/) },
      });
    await expect(basic(there, 'alice', 'Passw0rd', '192.0.2.2')).resolves.toMatchObject({ name: 'alice' });
    await expect(basic(there, 'bob', 'Passw0rd', '192.0.2.1')).resolves.toMatchObject({ name: 'bob' });
  });

  it('lock it for a quarter of an hour after twenty, also for who knows the password', async () => {
    await fail('carol', '192.0.2.3', 20);
    for (const bench of [here, there])
      await expect(basic(bench, 'carol', 'Passw0rd', '192.0.2.3')).rejects.toMatchObject({
        ...throttled,
        params: { seconds: expect.any(Number) },
      });
    await here.database.query(`UPDATE sign_in_failure SET failure_time = failure_time - interval '15 min'`);
    await expect(basic(here, 'carol', 'Passw0rd', '192.0.2.3')).resolves.toMatchObject({ name: 'carol' });
  });

  it('are forgotten after the right one', async () => {
    await fail('dave', '192.0.2.4', 4);
    await expect(basic(here, 'dave', 'Passw0rd', '192.0.2.4')).resolves.toMatchObject({ name: 'dave' });
    await fail('dave', '192.0.2.4', 4);
    await expect(basic(here, 'dave', another(), '192.0.2.4')).resolves.toBeUndefined();
  });

  it('count for the /64 that an address of IPv6 is in', async () => {
    for (let attempt = 0; attempt < 5; attempt++)
      await expect(basic(here, 'alice', another(), `2001:db8:1:2::${attempt}`)).resolves.toBeUndefined();
    await expect(basic(here, 'alice', another(), '2001:db8:1:2:ffff::1')).rejects.toMatchObject(throttled);
    await expect(basic(here, 'alice', another(), '2001:db8:1:3::1')).resolves.toBeUndefined();
  });

  it('count for the account, by whichever of its names', async () => {
    for (let attempt = 0; attempt < 5; attempt++)
      await basic(here, attempt % 2 ? 'bob' : 'bob@example.com', another(), '192.0.2.8');
    for (const name of ['bob', 'bob@example.com', 'BOB'])
      await expect(basic(there, name, another(), '192.0.2.8')).rejects.toMatchObject(throttled);
  });

  it('are the same for an account that is not there', async () => {
    for (let attempt = 0; attempt < 5; attempt++)
      await expect(basic(here, 'nobody', another(), '192.0.2.5')).resolves.toBeUndefined();
    await expect(basic(here, 'nobody', another(), '192.0.2.5')).rejects.toMatchObject(throttled);
  });

  it('at the same time are not looked at all together', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 40 }, () => basic(here, 'alice', another(), '192.0.2.6')),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(10);
  });
});

describe('one password for many accounts', () => {
  it('locks the network after thirty of them', async () => {
    for (let account = 0; account < 30; account++) await fail(`account-${account}`, '192.0.2.7');
    await expect(basic(there, 'dave', 'Passw0rd', '192.0.2.7')).rejects.toMatchObject(throttled);
    await expect(basic(there, 'bob', 'Passw0rd', '192.0.2.8')).resolves.toMatchObject({ name: 'bob' });
  });

  it('counts accounts and not attempts: a client that repeats itself does not lock its neighbours out', async () => {
    await fail('one-build', '192.0.2.9', 60);
    await expect(basic(here, 'bob', 'Passw0rd', '192.0.2.9')).resolves.toMatchObject({ name: 'bob' });
  });
});

describe('many networks for one account', () => {
  it('lock the account after a hundred failures; a robot, whose secret nobody guesses, they do not', async () => {
    for (const [name, robot] of [
      ['robot$team+ci', true],
      ['bob', false],
    ] as const)
      for (let network = 0; network < 100; network++) await fail(name, `198.51.100.${network}`, 1, robot);
    await here.database.query(`UPDATE sign_in_failure SET failure_time = now() - interval '1 s'`);
    await expect(basic(here, 'robot$team+ci', another(), '203.0.113.1')).resolves.toBeUndefined();
    await expect(
      here.app.get(Authenticator, { strict: false }).signIn('bob', 'Passw0rd', '203.0.113.1'),
    ).rejects.toMatchObject(throttled);
  });
});

it('never keeps the administrator out of the machine itself', async () => {
  await fail('admin', '127.0.0.1', 40);
  for (const address of ['127.0.0.1', '::1'])
    await expect(basic(here, 'admin', 'Passw0rd', address)).resolves.toMatchObject({ name: 'admin' });
});

it('keeps no names, and forgets old failures', async () => {
  await fail('my-password-by-mistake', '192.0.2.10');
  const rows = await here.database.query<{ key: string }>('SELECT key FROM sign_in_failure');
  expect(rows).toHaveLength(3);
  expect(JSON.stringify(rows)).not.toContain('password');
  await here.database.query(`UPDATE sign_in_failure SET failure_time = failure_time - interval '1 h'`);
  await fail('another', '192.0.2.11');
  await expect(here.database.query('SELECT key FROM sign_in_failure')).resolves.toHaveLength(3);
});

it('leaves robots alone that know their secret, whatever is tried in their name elsewhere', async () => {
  const permissions = [{ kind: 'system', namespace: '/', access: [{ resource: 'user', action: 'list' }] }];
  const { secret = '' } = await here.app
    .get(RobotsService, { strict: false })
    .create(
      { name: 'ci', level: 'system', description: '', disable: false, duration: -1, permissions },
      { kind: 'internal', name: 'test' },
    );
  await fail('robot$ci', '192.0.2.12', 30, true);
  await expect(basic(there, 'robot$ci', secret, '192.0.2.13')).resolves.toMatchObject({ name: 'robot$ci' });
});
