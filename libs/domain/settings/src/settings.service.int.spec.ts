import type { INestApplicationContext } from '@nestjs/common';
import { Database } from '@breakwater/platform';
import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import { CveAllowlistService } from './cve-allowlist.service';
import { ReadOnlyMode } from './read-only-mode';
import { SealingKeys } from './sealing-keys';
import { SettingsEnvironment } from './settings-environment';
import { SettingsModule } from './settings.module';
import { SettingsService } from './settings.service';

let testDatabase: TestDatabase;
const replicas: INestApplicationContext[] = [];

/** `config`: what the environment says. */
async function start(config: object = {}): Promise<INestApplicationContext> {
  const settings = { DATABASE_POOL_SIZE: 2, ...config };
  const app = await startTestModules(testDatabase.url, { imports: [SettingsModule] }, settings);
  replicas.push(app);
  return app;
}

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await start();
  await start();
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await testDatabase.drop();
});
beforeEach(() => database().query('DELETE FROM setting').then(announceNothing));

const of = <T>(type: new (...args: never[]) => T, replica = replicas[0]!): T => replica.get(type, { strict: false });
const settings = (replica = 0): SettingsService => of(SettingsService, replicas[replica]);
const database = (): Database => of(Database);
/** Tells the replicas of what a test did in SQL. */
const announceNothing = () => settings().update({ banner_message: '' });
const stored = () => database().query<{ key: string; value: unknown }>('SELECT key, value FROM setting');

describe('settings', () => {
  it('begin with the defaults of Harbor', async () => {
    await expect(settings().get()).resolves.toMatchObject({
      auth_mode: 'db_auth',
      project_creation_restriction: 'everyone',
      self_registration: false,
      token_expiration: 30,
      robot_token_duration: 30,
      robot_name_prefix: 'robot$',
      read_only: false,
      session_timeout: 60,
      notification_enable: true,
      storage_per_project: -1,
      artifact_restore_window_days: 7,
      ldap_uid: 'cn',
    });
    await expect(settings().get()).resolves.not.toHaveProperty('ldap_search_password');
  });

  it('are changed on every replica when the change is acknowledged', async () => {
    for (let minutes = 1; minutes <= 20; minutes++) {
      const [writer, reader] = minutes % 2 === 0 ? [0, 1] : [1, 0];
      await settings(reader).get();
      await settings(writer).update({ token_expiration: minutes });
      expect((await settings(reader).get()).token_expiration).toBe(minutes);
      expect((await settings(writer).get()).token_expiration).toBe(minutes);
    }
  });

  it('cost no query while nothing changes', async () => {
    const asked = jest.spyOn(database(), 'prepared');
    // Until the replica holds its lease, every answer is read.
    do {
      asked.mockClear();
      await settings().get();
    } while (asked.mock.calls.length > 0);
    for (let i = 0; i < 100; i++) await settings().get();
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('refuse what is out of range, whole, and leave out what is no setting', async () => {
    await expect(settings().update({ read_only: true, token_expiration: 0 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('token_expiration: 0 is not a whole number'),
    });
    await expect(settings().update({ nonsense: 1, session_timeout: 5 })).resolves.toEqual(['session_timeout']);
    await expect(settings().get()).resolves.toMatchObject({
      read_only: false,
      token_expiration: 30,
      session_timeout: 5,
    });
    expect((await stored()).map(({ key }) => key)).not.toContain('nonsense');
  });

  it('are held against each other, also when two change at once', async () => {
    await settings().update({ audit_log_forward_endpoint: 'logs:514' });
    const outcomes = await Promise.allSettled([
      settings(0).update({ skip_audit_log_database: true }),
      settings(1).update({ audit_log_forward_endpoint: '' }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('take the default where a stored value makes no sense', async () => {
    await database().query(
      `INSERT INTO setting (key, value) VALUES ('session_timeout', '"soon"'), ('other', '{"a": 1}')`,
    );
    await settings().update({ read_only: true });
    await expect(settings().get()).resolves.toMatchObject({ session_timeout: 60, read_only: true });
    await expect(settings().get()).resolves.not.toHaveProperty('other');
  });

  it('are forgotten when the transaction of their change fails', async () => {
    const work = async () => {
      await settings().update({ token_expiration: 99 });
      throw new Error('no');
    };
    await expect(database().transaction(work)).rejects.toThrow('no');
    expect((await settings().get()).token_expiration).toBe(30);
  });
});

describe('auth_mode', () => {
  it('is fixed while there is a user besides admin', async () => {
    expect((await settings().describe()).auth_mode).toEqual({ value: 'db_auth', editable: true });
    await settings().update({ auth_mode: 'ldap_auth' });
    await settings().update({ auth_mode: 'db_auth' });
    await database().query(
      `INSERT INTO user_account (id, username, password_hash) VALUES (1, 'admin', ''), (7, 'ada', '')`,
    );
    await expect(settings().update({ auth_mode: 'ldap_auth', read_only: true })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      reason: 'setting.auth-mode.in-use',
    });
    expect((await settings().describe()).auth_mode).toEqual({ value: 'db_auth', editable: false });
    expect((await settings().describe()).read_only).toEqual({ value: false, editable: true });
    // Clients send back what they read.
    await settings().update({ auth_mode: 'db_auth' });
    await database().query('UPDATE user_account SET deleted = true WHERE id = 7');
    expect((await settings().describe()).auth_mode).toEqual({ value: 'db_auth', editable: true });
  });
});

describe('secrets', () => {
  it('are sealed at rest, opened for who needs them, and shown to nobody', async () => {
    await settings().update({ ldap_search_password: 'hunter2-of-ldap', uaa_client_secret: 'hunter2-of-uaa' });
    expect(JSON.stringify(await stored())).not.toContain('hunter2');
    expect(await settings(1).secret('ldap_search_password')).toBe('hunter2-of-ldap');
    expect(await settings(1).secret('uaa_client_secret')).toBe('hunter2-of-uaa');
    expect(await settings(1).secret('oidc_client_secret')).toBe('');
    expect(JSON.stringify([await settings().get(), await settings().describe()])).not.toContain('hunter2');
    await settings().update({ ldap_search_password: '' });
    expect(await settings().secret('ldap_search_password')).toBe('');
  });

  it('cannot be passed off as another one, nor opened under another SECRET_KEY', async () => {
    await settings().update({ ldap_search_password: 'hunter2' });
    const other = await start({ SECRET_KEY: 'another secret key' });
    await expect(of(SettingsService, other).secret('ldap_search_password')).rejects.toThrow('SECRET_KEY');
    await database().query(`UPDATE setting SET key = 'oidc_client_secret' WHERE key = 'ldap_search_password'`);
    await announceNothing();
    await expect(settings().secret('oidc_client_secret')).rejects.toThrow('cannot be opened');
  });

  it('are sealed anew when the key is rotated, those of the environment too', async () => {
    const core = await start({ CONFIG_OVERWRITE_JSON: {}, LDAP_SEARCH_PWD: 'hunter2-of-the-environment' });
    await settings().update({ oidc_client_secret: 'hunter2' });
    await of(SettingsEnvironment, core).publish();
    const before = JSON.stringify(await stored());
    const keyOf = async () => JSON.stringify((await stored()).find(({ key }) => key === 'oidc_client_secret')?.value);
    const sealedBefore = await keyOf();
    const key = await of(SealingKeys).rotate();
    expect(before).not.toContain(key);
    expect(await keyOf()).toContain(key);
    expect(await keyOf()).not.toBe(sealedBefore);
    const rows = JSON.stringify(await stored());
    expect(rows).not.toContain(JSON.parse(sealedBefore).key);
    expect(rows).not.toContain('hunter2');
    expect(await settings(1).secret('oidc_client_secret')).toBe('hunter2');
    expect(await settings(1).secret('ldap_search_password')).toBe('hunter2-of-the-environment');
    await settings().update({ uaa_client_secret: 'new' });
    expect(JSON.stringify(await stored()).split(key)).toHaveLength(5);
  });
});

describe('the environment', () => {
  it('gives first values, which what is set replaces', async () => {
    const core = await start({ READ_ONLY: 'true', TOKEN_EXPIRATION: '45', LDAP_UID: 'uid' });
    await of(SettingsEnvironment, core).publish();
    // A process that was not told of it.
    await expect(settings(1).get()).resolves.toMatchObject({ read_only: true, token_expiration: 45, ldap_uid: 'uid' });
    expect((await settings(1).describe()).token_expiration).toEqual({ value: 45, editable: true });
    await settings(1).update({ token_expiration: 60 });
    await of(SettingsEnvironment, core).publish();
    await expect(settings().get()).resolves.toMatchObject({ read_only: true, token_expiration: 60 });
    const next = await start();
    await of(SettingsEnvironment, next).publish();
    await expect(settings().get()).resolves.toMatchObject({ read_only: false, token_expiration: 60, ldap_uid: 'cn' });
  });

  it('decides, and nothing can be changed, with CONFIG_OVERWRITE_JSON', async () => {
    await settings().update({ session_timeout: 5, read_only: true });
    const overwrite = { session_timeout: 15, oidc_client_secret: 'hunter2', oidc_extra_redirect_parms: '{"a":"b"}' };
    const core = await start({ CONFIG_OVERWRITE_JSON: overwrite });
    await of(SettingsEnvironment, core).publish();
    await expect(settings(1).get()).resolves.toMatchObject({
      session_timeout: 15,
      read_only: true,
      oidc_extra_redirect_parms: { a: 'b' },
    });
    expect(await settings(1).secret('oidc_client_secret')).toBe('hunter2');
    expect(JSON.stringify(await stored())).not.toContain('hunter2');
    const shown = Object.values(await settings(1).describe());
    expect(shown.filter(({ editable }) => editable)).toEqual([]);
    await expect(settings(1).update({ read_only: false })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      reason: 'setting.overridden',
    });
    await of(SettingsEnvironment).publish();
    await settings(1).update({ read_only: false });
    await expect(settings().get()).resolves.toMatchObject({ session_timeout: 5, read_only: false });
  });

  it('is refused with every problem of one kind', async () => {
    const seeded = await start({ READ_ONLY: 'perhaps', TOKEN_EXPIRATION: '0' });
    await expect(of(SettingsEnvironment, seeded).publish()).rejects.toThrow(
      /READ_ONLY: "perhaps" is not true or false\nTOKEN_EXPIRATION: 0 is not/,
    );
    const overwritten = await start({ CONFIG_OVERWRITE_JSON: { nonsense: 1, read_only: 'x' } });
    await expect(of(SettingsEnvironment, overwritten).publish()).rejects.toThrow(/nonsense.*\nread_only/);
    const contradictory = await start({ SKIP_LOG_AUDIT_DATABASE: 'true' });
    await expect(of(SettingsEnvironment, contradictory).publish()).rejects.toThrow('skip_audit_log_database');
    expect((await settings().get()).read_only).toBe(false);
  });
});

it('read-only mode refuses from the moment it is acknowledged until it is over', async () => {
  const mode = of(ReadOnlyMode, replicas[1]);
  await mode.assertOff();
  await settings().update({ read_only: true });
  await expect(mode.assertOff()).rejects.toMatchObject({
    code: 'DENIED',
    message: 'The system is in read only mode. Any modification is prohibited.',
  });
  await settings().update({ read_only: false });
  await mode.assertOff();
});

describe('the allowlist of vulnerabilities', () => {
  it('is empty, then what was set, and keeps when it was made', async () => {
    const list = of(CveAllowlistService);
    expect(await list.get()).toEqual({ items: [], expiresAt: null });
    await list.set({ items: ['CVE-2024-3094', 'CVE-2021-44228'], expiresAt: 1_900_000_000 });
    const first = await list.get();
    expect(first).toMatchObject({ items: ['CVE-2024-3094', 'CVE-2021-44228'], expiresAt: 1_900_000_000 });
    await list.set({ items: [], expiresAt: null });
    const second = await list.get();
    expect(second).toMatchObject({ items: [], expiresAt: null, creationTime: first.creationTime });
    expect(second.updateTime!.getTime()).toBeGreaterThan(first.updateTime!.getTime());
  });

  it('has nothing twice', async () => {
    const items = ['CVE-2024-3094', 'CVE-2021-44228', 'CVE-2024-3094'];
    await expect(of(CveAllowlistService).set({ items, expiresAt: null })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      params: { id: 'CVE-2024-3094' },
    });
  });
});
