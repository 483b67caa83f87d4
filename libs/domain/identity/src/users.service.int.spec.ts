import type { AppError } from '@breakwater/kernel';
import { AsyncResource } from 'node:async_hooks';
import { Authenticator } from './authenticator';
import { BootstrapAdmin } from './bootstrap-admin';
import { startIdentity, type IdentityBench } from './identity.suite';
import { UsersService, type UserInput } from './users.service';

let benches: IdentityBench[];
let close: () => Promise<void>;
let users: UsersService;

beforeAll(async () => {
  ({ benches, close } = await startIdentity(3));
  users = benches[0]!.app.get(UsersService, { strict: false });
});
afterAll(() => close?.());

const input = (facts: Partial<UserInput> = {}): UserInput => ({
  username: 'alice',
  password: 'Passw0rd',
  email: 'alice@example.com',
  realname: 'Alice',
  comment: '',
  ...facts,
});
const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: AppError) => error.code,
  );
const create = async (facts: Partial<UserInput> = {}): Promise<number> =>
  users.create(await users.prepare(input(facts)));
const changePassword = async (id: number, password: string): Promise<void> =>
  users.setPassword(id, await users.hashNewPassword(id, password));
const bootstrap = (bench: IdentityBench): BootstrapAdmin => bench.app.get(BootstrapAdmin, { strict: false });

describe('the first start', () => {
  it('needs a password', async () => {
    await expect(bootstrap(benches[0]!).ensure(undefined)).rejects.toThrow('HARBOR_ADMIN_PASSWORD');
  });

  it('makes one admin however many replicas start, with the password as it is', async () => {
    const made = await Promise.all(benches.map((bench) => bootstrap(bench).ensure('weak')));
    expect(made.filter(Boolean)).toHaveLength(1);
    await expect(benches[0]!.database.query('SELECT id, username, sysadmin FROM user_account')).resolves.toEqual([
      { id: 1, username: 'admin', sysadmin: true },
    ]);
    await expect(benches[1]!.app.get(Authenticator, { strict: false }).basic('admin', 'weak')).resolves.toMatchObject({
      id: 1,
      sysadmin: true,
    });
  });

  it('changes nothing later', async () => {
    await expect(bootstrap(benches[0]!).ensure('another')).resolves.toBe(false);
    await expect(bootstrap(benches[0]!).ensure(undefined)).resolves.toBe(false);
  });

  it('leaves the next id to the next account', async () => {
    await expect(create()).resolves.toBe(2);
  });

  it('can be repaired: reset gives admin a password and its rights', async () => {
    await benches[0]!.database.query('UPDATE user_account SET sysadmin = false WHERE id = 1');
    await bootstrap(benches[0]!).reset('Forgotten1');
    await expect(users.get(1)).resolves.toMatchObject({ sysadmin: true });
    await expect(users.isPassword(1, 'Forgotten1')).resolves.toBe(true);
  });
});

describe('creation (section 1.7)', () => {
  it.each([
    ['a password without a capital', { password: 'passw0rd' }],
    ['a password without a digit', { password: 'Password' }],
    ['a short password', { password: 'Passw0r' }],
    ['a long password', { password: `P0${'a'.repeat(127)}` }],
    ['no address', { email: '' }],
    ['an address without a dot', { email: 'a@b' }],
    ['an address with a space', { email: 'a b@example.com' }],
    ['an address too long', { email: `${'a'.repeat(250)}@example.com` }],
    ['no real name', { realname: '' }],
    ['a real name too long', { realname: 'a'.repeat(256) }],
    ['a real name with a comma', { realname: 'Doe, Jane' }],
    ['a real name with $', { realname: 'Jane$' }],
    ['a comment too long', { comment: 'a'.repeat(31) }],
    ['no user name', { username: '' }],
    ['a user name with $', { username: 'robot$x' }],
    ['a user name with #', { username: 'alice#2' }],
    ['a user name with :', { username: 'a:b' }],
    ['a user name with NUL', { username: 'a\0b' }],
    ['a real name with NUL', { realname: 'a\0b' }],
    ['a user name with a space before', { username: ' alice' }],
  ])('refuses %s', async (_what, facts) => {
    await expect(code(create({ username: 'refused', email: 'refused@example.com', ...facts }))).resolves.toBe(
      'BAD_REQUEST',
    );
  });

  it('refuses a taken name and a taken address', async () => {
    await expect(code(create({ email: 'other@example.com' }))).resolves.toBe('CONFLICT');
    await expect(code(create({ username: 'other' }))).resolves.toBe('CONFLICT');
  });

  it('takes commas out of the name', async () => {
    const id = await create({ username: 'a,b', email: 'ab@example.com' });
    await expect(users.get(id)).resolves.toMatchObject({ username: 'a_b', sysadmin: false });
  });
});

describe('changes', () => {
  it('of the profile keep to the rules of creation', async () => {
    const id = await create({ username: 'profile', email: 'profile@example.com' });
    await users.updateProfile(id, { email: 'new@example.com', realname: 'New', comment: 'new' });
    await expect(users.get(id)).resolves.toMatchObject({
      email: 'new@example.com',
      realname: 'New',
      comment: 'new',
      epoch: 0,
    });
    await expect(
      code(users.updateProfile(id, { email: 'alice@example.com', realname: 'New', comment: '' })),
    ).resolves.toBe('CONFLICT');
    await expect(code(users.updateProfile(id, { email: '', realname: 'New', comment: '' }))).resolves.toBe(
      'BAD_REQUEST',
    );
    await expect(
      code(users.updateProfile(99_999, { email: 'x@example.com', realname: 'New', comment: '' })),
    ).resolves.toBe('NOT_FOUND');
  });

  it('of the password raise the epoch and refuse the same again', async () => {
    const id = await create({ username: 'changer', email: 'changer@example.com' });
    await changePassword(id, 'Changed1');
    await expect(users.get(id)).resolves.toMatchObject({ epoch: 1 });
    await expect(code(changePassword(id, 'Changed1'))).resolves.toBe('BAD_REQUEST');
    await expect(code(changePassword(id, 'weak'))).resolves.toBe('BAD_REQUEST');
  });

  it('of the password leave nothing of the old one, not even to who signed in just before the commit', async () => {
    const id = await create({ username: 'racer', email: 'racer@example.com' });
    const { app, database } = benches[0]!;
    const signIn = (password: string) => app.get(Authenticator, { strict: false }).basic('racer', password);
    const hash = await users.hashNewPassword(id, 'Changed1');
    const elsewhere = new AsyncResource('a request that is served meanwhile');
    await database.transaction(async () => {
      await users.setPassword(id, hash);
      await expect(elsewhere.runInAsyncScope(signIn, undefined, 'Passw0rd')).resolves.toMatchObject({ id });
    });
    await expect(signIn('Passw0rd')).resolves.toBeUndefined();
    await expect(signIn('Changed1')).resolves.toMatchObject({ id });
  });

  it('of the rights raise the epoch, and leave one administrator', async () => {
    const id = await create({ username: 'second', email: 'second@example.com' });
    await users.setSysadmin(id, true);
    await users.setSysadmin(id, true);
    await expect(users.get(id)).resolves.toMatchObject({ sysadmin: true, epoch: 1 });
    const demoted = await Promise.all([code(users.setSysadmin(1, false)), code(users.setSysadmin(id, false))]);
    expect(demoted.sort()).toEqual(['FORBIDDEN', 'accepted']);
    await users.setSysadmin(1, true);
  });
});

describe('deletion', () => {
  it('frees the name and the address, keeps the row, and spares the first account', async () => {
    const id = await create({ username: 'leaver', email: 'leaver@example.com' });
    await users.remove(id);
    await expect(code(users.get(id))).resolves.toBe('NOT_FOUND');
    await expect(users.findByName('leaver')).resolves.toBeUndefined();
    await expect(
      benches[0]!.database.query('SELECT username, email, deleted, epoch FROM user_account WHERE id = $1', [id]),
    ).resolves.toEqual([{ username: `leaver#${id}`, email: `leaver@example.com#${id}`, deleted: true, epoch: 1 }]);
    await expect(code(create({ username: 'leaver', email: 'leaver@example.com' }))).resolves.toBe('accepted');
    await expect(code(users.remove(1))).resolves.toBe('FORBIDDEN');
    await expect(code(users.remove(id))).resolves.toBe('NOT_FOUND');
  });
});

describe('lists', () => {
  it('filter, sort and count', async () => {
    for (const name of ['list-c', 'list-a', 'list-b']) await create({ username: name, email: `${name}@example.com` });
    const filters = [{ key: 'username', match: 'fuzzy' as const, value: 'LIST-' }];
    const page = await users.list({ filters, sorts: [], page: 2, pageSize: 2 });
    expect(page.total).toBe(3);
    expect(page.items.map(({ username }) => username)).toEqual(['list-c']);
    const sorted = await users.list({ filters, sorts: [{ key: 'username', descending: true }], page: 1, pageSize: 10 });
    expect(sorted.items.map(({ username }) => username)).toEqual(['list-c', 'list-b', 'list-a']);
    await expect(users.search('ist-A', { page: 1, pageSize: 10 })).resolves.toMatchObject({ total: 1 });
    await expect(users.search('%', { page: 1, pageSize: 10 })).resolves.toMatchObject({ total: 0 });
  });
});
