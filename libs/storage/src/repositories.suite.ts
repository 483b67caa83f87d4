import { randomBytes, randomUUID } from 'node:crypto';
import { digestOf } from '@breakwater/kernel';
import type { BlobStore } from './blob-store';
import { blobKey } from './layout';
import { all, putBlob, type StoreUnderTest } from './store-under-test.suite';

const REPOSITORIES = 'docker/registry/v2/repositories';

/** What every driver finds of a distribution registry that kept its blobs there. Test code only. */
export function describeRepositories(current: () => StoreUnderTest): void {
  const walk = (after?: string) => all(current().store.walkRepositories(after));
  const place: StoreUnderTest['place'] = (path, content) => current().place(path, content);

  const digest = digestOf(Buffer.from('a manifest'));
  const revision = (repository: string) =>
    `${REPOSITORIES}/${repository}/_manifests/revisions/${digest.replace(':', '/')}/link`;
  const tag = (repository: string, name: string) =>
    `${REPOSITORIES}/${repository}/_manifests/tags/${name}/current/link`;

  it('finds nothing where there are none', async () => {
    await putBlob(current().store, Buffer.from('a blob'));
    expect(await walk()).toEqual([]);
  });

  it('finds manifests and tags in the order of their paths, from any of them on', async () => {
    const paths = ['a', 'a-b', 'a/0', 'a/b', 'a/b/c', 'a.b/c'].flatMap((name) => [
      revision(name),
      tag(name, 'v1'),
      tag(name, 'v1.0'),
      tag(name, '_under'),
    ]);
    for (const path of paths) await place(path, digest);
    await place(`${REPOSITORIES}/a/_layers/${digest.replace(':', '/')}/link`, digest);
    await place(`${REPOSITORIES}/a/_manifests/tags/v1/index/${digest.replace(':', '/')}/link`, digest);
    await place(`${REPOSITORIES}/a/_uploads/${randomUUID()}/startedat`, 'now');
    const sorted = [...paths].sort();
    const found = await walk();
    expect(found.map(({ path }) => path)).toEqual(sorted);
    for (const [index, after] of sorted.entries()) {
      expect((await walk(after)).map(({ path }) => path)).toEqual(sorted.slice(index + 1));
    }
    const last = found.find(({ path }) => path === tag('a/b/c', '_under'));
    expect(last?.modifiedAt.getTime()).toBeGreaterThan(0);
    expect(last).toMatchObject({
      path: tag('a/b/c', '_under'),
      repository: 'a/b/c',
      kind: 'tag',
      name: '_under',
      target: digest,
    });
  });

  it('tells what links hold that are none', async () => {
    await place(revision('app'), 'sha256:short');
    await place(tag('app', 'empty'), '');
    await place(tag('app', 'line'), `${digest}\n`);
    const found = await walk();
    expect(found.map(({ kind, name, target }) => [kind, name, target])).toEqual([
      ['manifest', digest, null],
      ['tag', 'empty', null],
      ['tag', 'line', digest],
    ]);
  });
}

/** What every driver does with a blob whose bytes are wrong. Test code only. */
export function describeQuarantine(current: () => StoreUnderTest): void {
  let store: BlobStore;
  beforeEach(() => void (store = current().store));

  it("moves a blob out of everybody's way", async () => {
    const [kept, bad] = [await putBlob(store, randomBytes(10)), await putBlob(store, randomBytes(20))];
    await store.quarantine(bad);
    expect(await store.stat(bad)).toBeUndefined();
    await expect(store.read(bad)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' });
    expect((await all(store.walk())).map((entry) => entry.key)).toEqual([kept]);
    expect(await all(store.walkUploads())).toEqual([]);
  });

  it('leaves the place for good bytes, however often', async () => {
    const bytes = randomBytes(100);
    for (let round = 0; round < 3; round += 1) await store.quarantine(await putBlob(store, bytes));
    const key = await putBlob(store, bytes);
    expect(Buffer.concat(await all(await store.read(key))).equals(bytes)).toBe(true);
  });

  it('knows nothing of a blob that is not there', async () => {
    await expect(store.quarantine(blobKey(digestOf(Buffer.from('never'))))).rejects.toMatchObject({
      code: 'BLOB_UNKNOWN',
    });
    await expect(store.quarantine('../../etc/passwd')).rejects.toMatchObject({ reason: 'storage.key' });
  });
}
