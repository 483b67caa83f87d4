import type { ListOptions } from '@breakwater/platform';
import { actor, DeletionBench, image, index, type Item } from '../deletion/deleted-artifacts.suite';
import { TagsService } from '../tags/tags.service';
import { TagHistoryService } from './tag-history.service';

const repository = 'bench/a';
const everything: ListOptions = { filters: [], sorts: [], page: 1, pageSize: 100 };
const noFacts = { sql: 'NULL' };

let bench: DeletionBench;
let history: TagHistoryService;
let old: Item;
let recent: Item;
let multi: Item;

beforeAll(async () => {
  bench = await DeletionBench.start();
  history = bench.service(TagHistoryService);
  const config = await bench.blob(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
  const layers = await Promise.all([1_000, 500].map((size) => bench.blob(Buffer.alloc(size, size % 251))));
  old = image(config, [layers[0]!]);
  recent = image(config, layers);
  multi = index([old]);
});
afterAll(() => bench.bench.close());
beforeEach(async () => {
  await bench.reset();
  await bench.sql('DELETE FROM tag_history');
  await bench.window(7);
});
afterEach(async () => expect(await bench.contradictions()).toEqual([]));

const restore = ({ digest }: Item, tag = 'v1') =>
  history.restore({ projectId: bench.projectId, repository, tag, digest }, actor);
const moves = async (tag?: string) => {
  const { items, total } = await history.list({ repository, ...(tag !== undefined && { tag }) }, everything, noFacts);
  expect(total).toBe(items.length);
  return items.map(({ name, previousDigest, digest }) => [name, previousDigest, digest]);
};

it('tells what each tag pointed to, when and through whom, the latest first', async () => {
  await bench.push(repository, old, 'v1');
  await bench.push(repository, recent, 'v1');
  await bench.push(repository, recent, 'v2');
  await bench.service(TagsService).delete(repository, 'v2', actor);
  expect(await moves('v1')).toEqual([
    ['v1', old.digest, recent.digest],
    ['v1', null, old.digest],
  ]);
  expect(await moves()).toEqual([
    ['v2', recent.digest, null],
    ['v2', null, recent.digest],
    ['v1', old.digest, recent.digest],
    ['v1', null, old.digest],
  ]);
  const { items } = await history.list({ repository, tag: 'v1' }, everything, noFacts);
  expect(items[0]).toMatchObject({
    actor: actor.name,
    sourceAddress: actor.address,
    digestState: 'present',
    previousDigestState: 'present',
  });
  await expect(history.list({ repository: 'bench/none' }, everything, noFacts)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

it('says what of it can still be had', async () => {
  await bench.push(repository, old, 'v1');
  await bench.push(repository, recent, 'v1');
  const states = async () =>
    (await history.list({ repository, tag: 'v1' }, everything, noFacts)).items[0]!.previousDigestState;
  await bench.delete(repository, old);
  expect(await states()).toBe('deleted');
  await bench.purge(repository, old);
  expect(await states()).toBe('purged');
});

it('puts a tag back, and notes that', async () => {
  await bench.push(repository, old, 'v1');
  await bench.push(repository, recent, 'v1');
  await expect(restore(old)).resolves.toMatchObject({
    tag: 'v1',
    digest: old.digest,
    previousDigest: recent.digest,
    artifactRestored: false,
  });
  expect(await bench.live()).toEqual([`${repository}@${old.digest} v1`, `${repository}@${recent.digest} `].sort());
  expect((await moves('v1'))[0]).toEqual(['v1', recent.digest, old.digest]);
  const [event] = await bench.sql<{ payload: object }>(`SELECT payload FROM outbox WHERE topic = 'tag.restored'`);
  expect(event!.payload).toMatchObject({ repository, tag: 'v1', digest: old.digest, actor: { name: actor.name } });
});

it('changes nothing when the tag points there already', async () => {
  await bench.push(repository, old, 'v1');
  const before = await bench.sql('SELECT * FROM tag');
  await expect(restore(old)).resolves.toMatchObject({ previousDigest: old.digest, artifactRestored: false });
  expect(await bench.sql('SELECT * FROM tag')).toEqual(before);
  expect(await moves('v1')).toHaveLength(1);
});

it('brings a deleted tag back, and with it a deleted artifact', async () => {
  await bench.push(repository, old, 'v1');
  await bench.push(repository, recent, 'v1');
  await bench.delete(repository, old);
  await expect(restore(old)).resolves.toMatchObject({ previousDigest: recent.digest, artifactRestored: true });
  await bench.delete(repository, old);
  await expect(restore(old)).resolves.toMatchObject({ previousDigest: null, artifactRestored: true });
  expect(await bench.live()).toContain(`${repository}@${old.digest} v1`);
  expect((await moves('v1'))[0]).toEqual(['v1', null, old.digest]);
});

it('brings an index back with its children', async () => {
  await bench.push(repository, old);
  await bench.push(repository, multi, 'v1');
  await bench.push(repository, recent, 'v1');
  await bench.delete(repository, multi);
  await bench.delete(repository, old);
  await expect(restore(multi)).resolves.toMatchObject({ artifactRestored: true });
  expect(await bench.live()).toHaveLength(3);
});

it('refuses what was purged, what the tag never was, and what does not fit, and leaves all as it is', async () => {
  await bench.push(repository, old, 'v1');
  await bench.push(repository, recent, 'v1');
  const before = await bench.live();
  await expect(restore(multi)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(restore(recent, 'v2')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await bench.delete(repository, old);
  await bench.sql('UPDATE quota SET hard = 1');
  // As a replica of the release before would leave it: what was deleted is not counted.
  await bench.sql('DELETE FROM project_blob');
  await bench.sql('UPDATE quota SET used = 0');
  await expect(restore(old)).rejects.toMatchObject({ code: 'DENIED' });
  expect(await bench.live()).toEqual(before.filter((line) => !line.includes(old.digest)));
  await bench.sql('UPDATE quota SET hard = -1');
  await bench.purge(repository, old);
  await expect(restore(old)).rejects.toMatchObject({ code: 'PRECONDITION', reason: 'tag.restore.purged' });
  await bench.reset();
});
