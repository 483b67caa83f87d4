import { fallbackTag, digestOf, mediaTypes } from '@breakwater/kernel';
import { Database, STORAGE_KEEPER } from '@breakwater/platform';
import { blobKey } from '@breakwater/storage';
import {
  createTestDatabase,
  fakeJobContext,
  startTestModules,
  type FakeJobContext,
  type TestDatabase,
} from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { ImportRunModule } from './import-run.module';
import { StorageImport } from './storage-import';
import { TestTree } from './test-tree.suite';

let testDatabase: TestDatabase;
let context: INestApplicationContext;
let database: Database;
let tree: TestTree;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  tree = await TestTree.make();
  const keeper = { provide: STORAGE_KEEPER, useValue: tree.keeper };
  class KeeperModule {}
  context = await startTestModules(testDatabase.url, {
    imports: [{ module: KeeperModule, global: true, providers: [keeper], exports: [keeper] }, ImportRunModule],
  });
  database = context.get(Database, { strict: false });
  // Projects made by the platform belong to the first administrator.
  await database.query(`INSERT INTO user_account (username, password_hash, sysadmin) VALUES ('admin', '', true)`);
});
afterEach(async () => {
  await context.close();
  await testDatabase.drop();
  await tree.remove();
});

async function runImport(given: Parameters<typeof fakeJobContext>[0] = {}): Promise<FakeJobContext> {
  const job = fakeJobContext(given, database);
  await context.get(StorageImport, { strict: false }).run({ project: 'library' }, job);
  return job;
}

const tags = () =>
  database.query<{ name: string; tag: string; digest: string }>(
    `SELECT r.name, t.name AS tag, a.digest FROM tag t JOIN artifact a ON a.id = t.artifact_id
     JOIN repository r ON r.id = t.repository_id ORDER BY r.name, t.name`,
  );
const countOf = async (table: string): Promise<number> =>
  (await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]!.count;
/** Bytes that each project should count: distinct blobs and manifests of its artifacts. */
const usage = () =>
  database.query<{ name: string; used: number; expected: number }>(
    `SELECT p.name, q.used::int AS used,
       ((SELECT coalesce(sum(b.size), 0) FROM project_blob pb JOIN blob b ON b.id = pb.blob_id WHERE pb.project_id = p.id) +
        (SELECT coalesce(sum(m.size), 0) FROM (SELECT DISTINCT digest, manifest_size AS size FROM artifact WHERE project_id = p.id) m))::int AS expected
     FROM project p JOIN quota q ON q.project_id = p.id ORDER BY p.name`,
  );
const quotasAreExact = async () => {
  const rows = await usage();
  for (const { used, expected } of rows) expect(used).toBe(expected);
  return rows;
};

it('makes projects, repositories, artifacts and tags of the tree, and counts them', async () => {
  const one = tree.image('team/app', ['v1', 'latest']);
  const two = tree.image('team/app', ['v2'], { config: { architecture: 'arm64', os: 'linux', author: 'ada' } });
  const alone = tree.image('ubuntu', ['24.04']);
  const index = tree.index('team/app', [one, two], ['multi']);
  const nested = tree.index('team/app', [index], ['nested']);
  const untagged = tree.image('team/deep/er', []);
  const garbage = tree.blob(randomBytes(500));
  const { outcome } = await runImport();
  expect(outcome).toEqual({
    projects: 2,
    repositories: 3,
    artifacts: 6,
    tags: 6,
    unreferenced_blobs: 1,
    unreferenced_bytes: 500,
    problems: {},
  });
  expect(await tags()).toEqual(
    [
      ['library/ubuntu', '24.04', alone],
      ['team/app', 'latest', one],
      ['team/app', 'multi', index],
      ['team/app', 'nested', nested],
      ['team/app', 'v1', one],
      ['team/app', 'v2', two],
    ].map(([name, tag, digest]) => ({ name, tag, digest })),
  );
  expect((await quotasAreExact()).map(({ name }) => name)).toEqual(['library', 'team']);
  const [arm] = await database.query('SELECT extra_attrs AS attrs, push_time AS time FROM artifact WHERE digest = $1', [
    two,
  ]);
  expect(arm).toMatchObject({ attrs: { architecture: 'arm64', author: 'ada' } });
  expect((arm as { time: Date }).time.getTime()).toBe(tree.pushed.getTime());
  const children = await database.query('SELECT child_digest AS digest FROM artifact_reference ORDER BY 1');
  expect(children.map((row) => (row as { digest: string }).digest)).toEqual([one, two, index].sort());
  expect(await countOf('artifact')).toBe(6);
  const unreferenced = await database.query<{ digest: string }>(
    'SELECT digest FROM blob b WHERE NOT EXISTS (SELECT FROM artifact_blob WHERE blob_id = b.id)',
  );
  expect(unreferenced).toEqual([{ digest: garbage }]);
  expect((await database.query('SELECT 1 FROM manifest WHERE digest = $1', [untagged])).length).toBe(1);
});

it('changes nothing in the tree, and nothing when it is done again', async () => {
  tree.image('team/app', ['v1']);
  tree.blob(randomBytes(10));
  const before = await tree.files();
  await runImport();
  const rows = async () =>
    Promise.all([tags(), usage(), ...['blob', 'artifact', 'repository_blob', 'accessory'].map(countOf)]);
  const first = await rows();
  const { outcome } = await runImport();
  expect(outcome).toMatchObject({ projects: 0, artifacts: 0, tags: 0, unreferenced_blobs: 0 });
  expect(await rows()).toEqual(first);
  expect(await tree.files()).toEqual(before);
});

it('leaves tags that point elsewhere by now', async () => {
  const [old, moved] = [tree.image('team/app', ['v1']), tree.image('team/app', [])];
  await runImport();
  await database.query('UPDATE tag SET artifact_id = (SELECT id FROM artifact WHERE digest = $1)', [moved]);
  await runImport();
  expect(await tags()).toEqual([{ name: 'team/app', tag: 'v1', digest: moved }]);
  expect(old).not.toBe(moved);
});

it('knows signatures by their subject and by their tag', async () => {
  const subject = tree.image('team/app', ['v1']);
  const described = tree.image('team/app', [], {
    subject: { digest: subject, size: 10, mediaType: mediaTypes.ociManifest },
  });
  const cosign = tree.image('team/app', [`${fallbackTag(subject)}.sig`]);
  await runImport();
  const found = await database.query(
    `SELECT a.digest, c.type, c.subject_digest AS subject FROM accessory c JOIN artifact a ON a.id = c.artifact_id ORDER BY c.type`,
  );
  expect(found).toEqual([
    { digest: cosign, type: 'signature.cosign', subject },
    { digest: described, type: 'subject.accessory', subject },
  ]);
});

it('tells what is broken, and takes the rest', async () => {
  const good = tree.image('team/app', ['good']);
  const lacking = tree.image('team/app', ['lacking'], { missingLayer: true });
  const gone = tree.image('team/app', ['gone']);
  tree.removeBlob(gone);
  const changed = tree.image('team/app', ['changed']);
  tree.write(blobKey(changed), '{"schemaVersion":2}');
  const schema1 = tree.manifest('team/app', { schemaVersion: 1, name: 'a', mediaType: mediaTypes.dockerSchema1 });
  tree.index('team/app', [gone], ['sparse']);
  tree.link(`team/app/_manifests/revisions/sha256/${'0'.repeat(64)}`, good);
  tree.link('team/app/_manifests/tags/torn/current', '');
  tree.link('team/app/_manifests/tags/elsewhere/current', digestOf(Buffer.from('nowhere')));
  tree.image('Team/App', ['v1']);
  tree.image('team__x/app', ['v1']);
  const { outcome, lines } = await runImport();
  expect(outcome.problems).toEqual({
    'repository.name': 2,
    'link.broken': 2,
    'manifest.missing': 1,
    'manifest.corrupt': 1,
    'manifest.unsupported': 1,
    'manifest.child': 1,
    'blob.missing': 1,
    'tag.dangling': 5,
  });
  for (const what of [lacking, gone, changed, schema1, 'Team/App', 'team/app:elsewhere'])
    expect(lines.filter((line) => line.includes(what)).length).toBeGreaterThan(0);
  expect(await tags()).toEqual([{ name: 'team/app', tag: 'good', digest: good }]);
  await quotasAreExact();
});

it('goes on where it was cut off, as often as it is', async () => {
  for (let number = 0; number < 12; number++) tree.image(`team/app-${number % 4}`, [`v${number}`]);
  tree.index('team/app-0', [tree.image('team/app-0', [])], ['multi']);
  tree.image('team/app-1', ['bad'], { missingLayer: true });
  for (let number = 0; number < 5; number++) tree.blob(randomBytes(30 + number));
  const died = new Error('killed');
  let checkpoint: unknown;
  let lives = 0;
  for (; ; lives++) {
    let steps = 0;
    const dies = (): void => {
      if (++steps > 4) throw died;
    };
    try {
      const { outcome } = await runImport({
        checkpoint,
        advance: async (reached, work) => {
          await database.transaction(async () => work?.());
          checkpoint = JSON.parse(JSON.stringify(reached));
          dies();
        },
      });
      expect(outcome).toMatchObject({
        projects: 1,
        artifacts: 14,
        tags: 13,
        unreferenced_blobs: 8,
        problems: { 'blob.missing': 1, 'tag.dangling': 1 },
      });
      break;
    } catch (error) {
      if (error !== died) throw error;
      expect(lives).toBeLessThan(50);
    }
  }
  expect(lives).toBeGreaterThan(3);
  await quotasAreExact();
});

it('ends when it is told to', async () => {
  tree.image('team/app', ['v1']);
  const stop = new Error('stopped');
  await expect(runImport({ signal: AbortSignal.abort(stop) })).rejects.toBe(stop);
  expect(await countOf('artifact')).toBe(0);
});
