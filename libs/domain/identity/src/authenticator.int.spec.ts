import { pbkdf2Sync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsService } from '@breakwater/settings';
import { Authenticator } from './authenticator';
import { LastUsed } from './last-used';
import { startIdentity, type IdentityBench } from './identity.suite';
import { RobotsService } from './robots.service';
import { PasswordHasher } from './secrets/password-hasher';
import { UsersService } from './users.service';

let here: IdentityBench;
let there: IdentityBench;
let close: () => Promise<void>;

beforeAll(async () => {
  const started = await startIdentity(2);
  [here, there] = started.benches as [IdentityBench, IdentityBench];
  close = started.close;
  await here.database.query(`INSERT INTO project (name, owner_id) VALUES ('team', 1)`);
});
afterAll(() => close?.());

const basic = (bench: IdentityBench, name: string, password: string, address?: string) =>
  bench.app.get(Authenticator, { strict: false }).basic(name, password, address);
const users = (): UsersService => here.app.get(UsersService, { strict: false });
const robots = (): RobotsService => here.app.get(RobotsService, { strict: false });
const person = async (name: string) => {
  const facts = { password: 'Passw0rd', email: `${name}@example.com`, realname: name, comment: '' };
  return users().create(await users().prepare({ username: name, ...facts }));
};
const permissions = [{ kind: 'project', namespace: 'team', access: [{ resource: 'repository', action: 'pull' }] }];
const internal = { kind: 'internal', name: 'test' } as const;

describe('people', () => {
  it('are known by name or address, and by nothing else', async () => {
    const id = await person('alice');
    const alice = { kind: 'user', id, name: 'alice', sysadmin: false, epoch: 0 };
    await expect(basic(here, 'alice', 'Passw0rd')).resolves.toEqual(alice);
    await expect(basic(here, 'alice@example.com', 'Passw0rd')).resolves.toEqual(alice);
    await expect(basic(here, 'alice', 'passw0rd')).resolves.toBeUndefined();
    await expect(basic(here, 'Alice', 'Passw0rd')).resolves.toBeUndefined();
    await expect(basic(here, 'nobody', 'Passw0rd')).resolves.toBeUndefined();
  });

  it.each([
    ['', 'Passw0rd'],
    ['alice', ''],
    ['ali\0ce', 'Passw0rd'],
    ['a'.repeat(601), 'Passw0rd'],
    ['alice', 'P'.repeat(1_025)],
  ])('are not %j with %j', async (name, password) => {
    await expect(basic(here, name, password)).resolves.toBeUndefined();
  });

  it('loses the old password at once here, and within two seconds on another replica', async () => {
    const id = await person('bob');
    await expect(basic(there, 'bob', 'Passw0rd')).resolves.toMatchObject({ epoch: 0 });
    await expect(basic(here, 'bob', 'Passw0rd')).resolves.toMatchObject({ epoch: 0 });
    await users().setPassword(id, await users().hashNewPassword(id, 'Changed1'));
    await expect(basic(here, 'bob', 'Passw0rd')).resolves.toBeUndefined();
    await expect(basic(here, 'bob', 'Changed1')).resolves.toMatchObject({ epoch: 1 });
    await sleep(1_100);
    await expect(basic(there, 'bob', 'Passw0rd')).resolves.toBeUndefined();
  });

  it('follows a change of rights on another replica without the password being checked again', async () => {
    const id = await person('carol');
    await basic(there, 'carol', 'Passw0rd');
    await here.database.query('UPDATE user_account SET sysadmin = true WHERE id = $1', [id]);
    await sleep(1_100);
    await expect(basic(there, 'carol', 'Passw0rd')).resolves.toMatchObject({ sysadmin: true });
  });

  it('is nobody once deleted', async () => {
    const id = await person('dave');
    await basic(here, 'dave', 'Passw0rd');
    await users().remove(id);
    await expect(basic(here, 'dave', 'Passw0rd')).resolves.toBeUndefined();
    await expect(basic(here, `dave#${id}`, 'Passw0rd')).resolves.toBeUndefined();
  });

  it.each([
    ['sha1', 'sha1', 4_096],
    ['sha256', 'sha256', 4_096],
    ['pbkdf2_sha256', 'sha256', 600_000],
  ])('logs in with a %s hash taken over from Harbor, which is made anew', async (scheme, digest, iterations) => {
    const id = await person(`from-${scheme}`);
    const hash = pbkdf2Sync('Harbor12345', 'salt', iterations, 16, digest).toString('hex');
    await here.database.query('UPDATE user_account SET password_hash = $2 WHERE id = $1', [
      id,
      `${scheme}$${iterations}$salt$${hash}`,
    ]);
    await expect(basic(here, `from-${scheme}`, 'harbor12345')).resolves.toBeUndefined();
    await expect(basic(here, `from-${scheme}`, 'Harbor12345')).resolves.toMatchObject({ id });
    const [row] = await here.database.query<{ hash: string }>(
      'SELECT password_hash AS hash FROM user_account WHERE id = $1',
      [id],
    );
    expect(row?.hash).toMatch(/^\$argon2id\$/);
    await expect(basic(there, `from-${scheme}`, 'Harbor12345')).resolves.toMatchObject({ id, epoch: 0 });
  });

  it('checks one password once for many requests at a time, and refuses a flood of different ones', async () => {
    await person('frank');
    await expect(
      Promise.all(Array.from({ length: 200 }, () => basic(here, 'frank', 'Passw0rd'))),
    ).resolves.toHaveLength(200);
    const flood = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => basic(here, `nobody-${index}`, 'Passw0rd')),
    );
    const refused = flood.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'TOOMANYREQUESTS', headers: { 'retry-after': '1' } });
  });
});

describe('robots', () => {
  const make = (name: string, facts: object = {}) =>
    robots().create(
      { name, level: 'project', description: '', disable: false, duration: -1, permissions, ...facts },
      internal,
    );

  it('log in under the name with prefix and project', async () => {
    const { robot, secret = '' } = await make('ci');
    const grants = [{ kind: 'project', namespace: 'team', resource: 'repository', action: 'pull', effect: 'allow' }];
    await expect(basic(here, 'robot$team+ci', secret)).resolves.toEqual({
      kind: 'robot',
      id: robot.id,
      name: 'robot$team+ci',
      projectId: robot.projectId,
      grants,
      epoch: 0,
    });
    await expect(basic(here, 'robot$ci', secret)).resolves.toBeUndefined();
    await expect(basic(here, 'team+ci', secret)).resolves.toBeUndefined();
    await expect(basic(here, 'robot$team+ci', `${secret}x`)).resolves.toBeUndefined();
  });

  it('of the system have no project in their name', async () => {
    const { secret = '' } = await make('deploy', { level: 'system' });
    await expect(basic(here, 'robot$deploy', secret)).resolves.toMatchObject({ name: 'robot$deploy', projectId: 0 });
  });

  it('are refused when disabled, expired or deleted, wherever they were known', async () => {
    const { robot, secret = '' } = await make('short');
    const known = () => basic(there, 'robot$team+short', secret);
    await expect(known()).resolves.toMatchObject({ id: robot.id });
    await here.database.query('UPDATE robot SET expires_at = extract(epoch FROM now()) - 1 WHERE id = $1', [robot.id]);
    await sleep(1_100);
    await expect(known()).resolves.toBeUndefined();
    await here.database.query('UPDATE robot SET expires_at = -1 WHERE id = $1', [robot.id]);
    await expect(known()).resolves.toMatchObject({ id: robot.id });
    await robots().update(robot.id, {
      name: robot.fullName,
      level: 'project',
      description: '',
      disable: true,
      permissions,
    });
    await expect(basic(here, 'robot$team+short', secret)).resolves.toBeUndefined();
    await sleep(1_100);
    await expect(known()).resolves.toBeUndefined();
    await robots().remove(robot.id);
    await expect(known()).resolves.toBeUndefined();
  });

  it('keep the old secret for a while when asked to, and no longer', async () => {
    const { robot, secret = '' } = await make('rotated');
    await basic(there, 'robot$team+rotated', secret);
    const fresh = (await robots().refreshSecret(robot.id, undefined, 2)) ?? '';
    await expect(basic(here, 'robot$team+rotated', secret)).resolves.toMatchObject({ id: robot.id });
    await expect(basic(here, 'robot$team+rotated', fresh)).resolves.toMatchObject({ id: robot.id });
    await expect(robots().get(robot.id)).resolves.toMatchObject({ previousSecretUntil: expect.any(Date) });
    await here.database.query(`UPDATE robot SET previous_secret_until = now() + interval '1 s' WHERE id = $1`, [
      robot.id,
    ]);
    await expect(basic(there, 'robot$team+rotated', secret)).resolves.toMatchObject({ id: robot.id });
    await sleep(2_100);
    await expect(basic(there, 'robot$team+rotated', secret)).resolves.toBeUndefined();
    await expect(basic(there, 'robot$team+rotated', fresh)).resolves.toMatchObject({ id: robot.id });
    await expect(robots().get(robot.id)).resolves.toMatchObject({ previousSecretUntil: null });
  });

  it('lose a secret that was kept with the next rotation', async () => {
    const { robot, secret = '' } = await make('twice');
    const second = (await robots().refreshSecret(robot.id, undefined, 2)) ?? '';
    const third = (await robots().refreshSecret(robot.id, undefined, 2)) ?? '';
    await expect(basic(here, 'robot$team+twice', secret)).resolves.toBeUndefined();
    await expect(basic(here, 'robot$team+twice', second)).resolves.toMatchObject({ id: robot.id });
    const fourth = (await robots().refreshSecret(robot.id)) ?? '';
    await expect(basic(here, 'robot$team+twice', third)).resolves.toBeUndefined();
    await expect(basic(here, 'robot$team+twice', fourth)).resolves.toMatchObject({ id: robot.id });
  });

  it('tell when they were used last, without a write for each use', async () => {
    const { robot, secret = '' } = await make('seen');
    await expect(robots().get(robot.id)).resolves.toMatchObject({ lastUsedTime: null });
    for (let use = 0; use < 3; use++) await basic(here, 'robot$team+seen', secret);
    await expect(robots().get(robot.id)).resolves.toMatchObject({ lastUsedTime: null });
    await here.app.get(LastUsed, { strict: false }).flush();
    const { lastUsedTime, epoch } = await robots().get(robot.id);
    expect(Math.abs(Date.now() - Number(lastUsedTime))).toBeLessThan(60_000);
    expect(epoch).toBe(0);
    // Within the minute, it is not written again.
    await basic(there, 'robot$team+seen', secret);
    await there.app.get(LastUsed, { strict: false }).flush();
    await expect(robots().get(robot.id)).resolves.toMatchObject({ lastUsedTime });
  });

  it('lose the old secret and gain the new one', async () => {
    const { robot, secret = '' } = await make('refreshed');
    await basic(here, 'robot$team+refreshed', secret);
    const fresh = (await robots().refreshSecret(robot.id)) ?? '';
    await expect(basic(here, 'robot$team+refreshed', secret)).resolves.toBeUndefined();
    await expect(basic(here, 'robot$team+refreshed', fresh)).resolves.toMatchObject({ epoch: 1 });
  });

  it('follow the prefix in the settings', async () => {
    const { secret = '' } = await make('prefixed');
    const settings = here.app.get(SettingsService, { strict: false });
    await settings.update({ robot_name_prefix: 'bot-' });
    await expect(basic(here, 'bot-team+prefixed', secret)).resolves.toMatchObject({ name: 'bot-team+prefixed' });
    await expect(basic(here, 'robot$team+prefixed', secret)).resolves.toBeUndefined();
    await settings.update({ robot_name_prefix: 'robot$' });
  });
});

/** Slow hashes and queries: time itself is no measure on a busy machine. */
describe('a wrong password costs', () => {
  async function costOf(name: string): Promise<{ hashes: number; queries: number }> {
    const check = jest.spyOn(here.app.get(PasswordHasher, { strict: false }), 'check');
    const query = jest.spyOn(here.database, 'query');
    try {
      await expect(basic(here, name, `Wrong${Math.random()}`)).resolves.toBeUndefined();
      const isSlow = ([, stored]: [string, string]): boolean => stored.startsWith('$argon2id$');
      return { hashes: check.mock.calls.filter(isSlow).length, queries: query.mock.calls.length };
    } finally {
      check.mockRestore();
      query.mockRestore();
    }
  }

  it('as much for an account that is not there, that came from Harbor, or that was deleted', async () => {
    await person('weighed');
    const fromHarbor = await person('weighed-harbor');
    const hash = pbkdf2Sync('Harbor12345', 'salt', 4_096, 16, 'sha256').toString('hex');
    const sql = 'UPDATE user_account SET password_hash = $2 WHERE id = $1';
    await here.database.query(sql, [fromHarbor, `sha256$4096$salt$${hash}`]);
    await users().remove(await person('weighed-gone'));
    const costs: unknown[] = [];
    for (const name of ['weighed', 'weighed-harbor', 'weighed-gone', 'weighed-nobody']) costs.push(await costOf(name));
    expect(costs).toEqual(costs.map(() => costs[0]));
    expect(costs[0]).toMatchObject({ hashes: 1 });
  });

  it('as much for a robot that is not there, in a project that is or is not', async () => {
    const make = (name: string, disable = false) =>
      robots().create({ name, level: 'project', description: '', disable, duration: -1, permissions }, internal);
    await make('weighed');
    await make('weighed-off', true);
    const costs: unknown[] = [];
    for (const name of ['team+weighed', 'team+weighed-off', 'team+none', 'nowhere+none', 'none'])
      costs.push(await costOf(`robot$${name}`));
    expect(costs).toEqual(costs.map(() => costs[0]));
    expect(costs[0]).toMatchObject({ hashes: 0 });
  });
});
