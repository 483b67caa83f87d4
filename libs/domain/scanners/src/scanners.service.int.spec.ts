import { Database } from '@breakwater/platform';
import { SealingKeys } from '@breakwater/settings';
import {
  createTestDatabase,
  startTestModules,
  TestScannerAdapter,
  testScannerMetadata,
  type TestDatabase,
} from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { ScannerCredentials } from './scanner-credentials';
import type { ScannerInput } from './scanner-input';
import { ScannersModule } from './scanners.module';
import { ScannersService } from './scanners.service';

let testDatabase: TestDatabase;
let app: INestApplicationContext;
const adapter = new TestScannerAdapter();

beforeAll(async () => {
  await adapter.start();
  testDatabase = await createTestDatabase();
  const settings = { SCANNER_ALLOWED_NETWORKS: ['127.0.0.1'] };
  app = await startTestModules(testDatabase.url, { imports: [ScannersModule] }, settings);
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
  await adapter.stop();
});
beforeEach(async () => {
  Object.assign(adapter, { status: 200, slowMs: 0, metadata: testScannerMetadata });
  adapter.asked.length = 0;
  await database().query('DELETE FROM scanner_registration');
});

const of = <T>(type: new (...args: never[]) => T): T => app.get(type, { strict: false });
const scanners = () => of(ScannersService);
const database = () => of(Database);
const everything = { filters: [], sorts: [], page: 1, pageSize: 100 };

const input = (name: string, changed: Partial<ScannerInput> = {}): ScannerInput => ({
  name,
  description: '',
  url: adapter.url(`/${name}`),
  auth: '',
  accessCredential: '',
  skipCertVerify: false,
  useInternalAddr: false,
  disabled: false,
  ...changed,
});
const withToken = (name: string, accessCredential = 'the-token') => input(name, { auth: 'Bearer', accessCredential });
const defaults = async () =>
  (await scanners().list(everything)).items.filter(({ isDefault }) => isDefault).map(({ name }) => name);
const stored = async (uuid: string) =>
  (
    await database().query<{ sealed: { key: string; sealed: string } | null }>(
      'SELECT sealed_credential AS sealed FROM scanner_registration WHERE uuid = $1',
      [uuid],
    )
  )[0]?.sealed;
const shownToken = () => adapter.asked.at(-1)?.headers.authorization;
async function insertProject(name: string): Promise<number> {
  const [row] = await database().query<{ id: number }>(
    `INSERT INTO project (name, owner_id) VALUES ($1, 1) RETURNING id`,
    [name],
  );
  return row!.id;
}

describe('the default', () => {
  it('is the first scanner, and one only however many come at once', async () => {
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => scanners().create(input(name))));
    expect(await defaults()).toHaveLength(1);
    const uuids = (await scanners().list(everything)).items.map(({ uuid }) => uuid);
    await Promise.all(uuids.map((uuid) => scanners().setDefault(uuid)));
    expect(await defaults()).toHaveLength(1);
  });

  it('moves, is never disabled, and goes with its scanner', async () => {
    const first = await scanners().create(input('first'));
    const second = await scanners().create(input('second'));
    await scanners().setDefault(second);
    expect(await defaults()).toEqual(['second']);
    await expect(scanners().update(second, input('second', { disabled: true }))).rejects.toMatchObject({
      code: 'PRECONDITION',
    });
    await scanners().update(first, input('first', { disabled: true }));
    await expect(scanners().setDefault(first)).rejects.toMatchObject({ code: 'PRECONDITION' });
    await scanners().delete(second);
    expect(await defaults()).toEqual([]);
  });

  it('is not one that was disabled from the start', async () => {
    await scanners().create(input('off', { disabled: true }));
    expect(await defaults()).toEqual([]);
  });
});

describe('registering', () => {
  it('is refused when the adapter is not one, and then nothing is kept', async () => {
    adapter.status = 500;
    await expect(scanners().create(input('bad'))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    adapter.status = 200;
    adapter.metadata = { ...testScannerMetadata, capabilities: [] };
    await expect(scanners().create(input('bad'))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(scanners().ping(input('bad'))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect((await scanners().list(everything)).total).toBe(0);
  });

  it('takes each name and each url once', async () => {
    const uuid = await scanners().create(input('a'));
    await scanners().create(input('b'));
    await expect(scanners().create(input('a', { url: adapter.url('/c') }))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(scanners().create(input('c', { url: adapter.url('/a/') }))).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(scanners().update(uuid, input('b', { url: adapter.url('/a') }))).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await scanners().update(uuid, input('a', { description: 'changed' }));
    expect(await scanners().get(uuid)).toMatchObject({ description: 'changed' });
  });

  it('of the platform itself is not changed or deleted', async () => {
    const uuid = await scanners().create(input('own'));
    await database().query('UPDATE scanner_registration SET immutable = true');
    await expect(scanners().update(uuid, input('mine'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(scanners().delete(uuid)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await scanners().get(uuid)).toMatchObject({ name: 'own' });
  });
});

describe('credentials', () => {
  it('are sealed at rest, each for its scanner', async () => {
    const uuid = await scanners().create(withToken('a'));
    const other = await scanners().create(withToken('b', 'another'));
    const sealed = await stored(uuid);
    expect(JSON.stringify(sealed)).not.toContain('the-token');
    expect(of(ScannerCredentials).open(uuid, sealed!)).toBe('the-token');
    expect(() => of(ScannerCredentials).open(other, sealed!)).toThrow('cannot be opened');
    expect(await scanners().get(uuid)).not.toHaveProperty('sealedCredential');
  });

  it('stay when a change leaves them out, but not for another address', async () => {
    const uuid = await scanners().create(withToken('a'));
    const before = await stored(uuid);
    await scanners().update(uuid, withToken('a', ''));
    expect(await stored(uuid)).toEqual(before);
    await scanners().update(uuid, { ...withToken('a', ''), url: adapter.url('/elsewhere') });
    await scanners().metadata(uuid);
    expect(shownToken()).toBe('Bearer the-token');

    const elsewhere = { ...withToken('a', ''), url: 'https://elsewhere.example.com' };
    await expect(scanners().update(uuid, elsewhere)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(scanners().update(uuid, { ...withToken('a', ''), auth: 'APIKey' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await scanners().update(uuid, withToken('a', 'a-new-one'));
    await scanners().metadata(uuid);
    expect(shownToken()).toBe('Bearer a-new-one');
    await scanners().update(uuid, input('a'));
    expect(await stored(uuid)).toBeNull();
  });

  it('are sealed anew when the keys change, and open as before', async () => {
    const uuid = await scanners().create(withToken('a'));
    const without = await scanners().create(input('b'));
    const before = await stored(uuid);
    const key = await database().transaction(async () => {
      const newKey = await of(SealingKeys).rotate();
      expect(await of(ScannerCredentials).reseal(newKey)).toBe(1);
      return newKey;
    });
    const after = await stored(uuid);
    expect(after?.key).toBe(key);
    expect(after?.key).not.toBe(before?.key);
    expect(of(ScannerCredentials).open(uuid, after!)).toBe('the-token');
    expect(await stored(without)).toBeNull();
    const later = await scanners().create(withToken('c'));
    expect((await stored(later))?.key).toBe(key);
  });
});

describe('what adapters say', () => {
  it('is asked for once in a while, by however many at once', async () => {
    const uuid = await scanners().create(input('a'));
    adapter.asked.length = 0;
    const views = await Promise.all(Array.from({ length: 10 }, () => scanners().list(everything)));
    expect(adapter.asked).toHaveLength(1);
    for (const { items } of views)
      expect(items).toMatchObject([{ answer: { metadata: { scanner: testScannerMetadata.scanner } } }]);
    await scanners().metadata(uuid);
    expect(adapter.asked).toHaveLength(1);
    await scanners().update(uuid, input('a', { description: 'changed' }));
    await scanners().get(uuid);
    expect(adapter.asked).toHaveLength(2);
  });

  it('is waited for by who needs it, and not by who looks at a list', async () => {
    const uuid = await scanners().create(input('slow'));
    await scanners().create(input('quick'));
    adapter.slowMs = 1_500;
    const { items } = await scanners().list(everything);
    expect(items.map(({ answer }) => answer)).toEqual([undefined, undefined]);
    await expect(scanners().metadata(uuid)).resolves.toMatchObject({ scanner: testScannerMetadata.scanner });
    expect((await scanners().get(uuid)).answer).toMatchObject({ metadata: { scanner: testScannerMetadata.scanner } });
  });

  it('may be a problem', async () => {
    const uuid = await scanners().create(input('a'));
    adapter.status = 503;
    expect((await scanners().get(uuid)).answer).toEqual({ problem: 'it answers 503' });
    await expect(scanners().metadata(uuid)).rejects.toMatchObject({ code: 'PRECONDITION' });
  });
});

describe("a project's scanner", () => {
  it('is what it chose, else the default, else none', async () => {
    const project = await insertProject('choosing');
    expect(await scanners().ofProject(project)).toBeUndefined();
    const first = await scanners().create(input('first'));
    const second = await scanners().create(input('second'));
    expect(await scanners().ofProject(project)).toMatchObject({ uuid: first });
    await scanners().setOfProject(project, second);
    expect(await scanners().ofProject(project)).toMatchObject({ uuid: second });
    expect(await scanners().ofProject(await insertProject('another'))).toMatchObject({ uuid: first });
    await scanners().setOfProject(project, first);
    expect(await scanners().ofProject(project)).toMatchObject({ uuid: first });
    await scanners().setOfProject(project, second);
    await scanners().delete(second);
    expect(await scanners().ofProject(project)).toMatchObject({ uuid: first });
  });

  it.each(['6f1fd9c4-2a45-4b54-8f51-000000000001', '', 'nonsense', "'"])('is not %j', async (uuid) => {
    await expect(scanners().setOfProject(1, uuid)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(scanners().get(uuid)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
