import { acknowledged } from './journal.mjs';

const manifest = (tag: string | undefined, digest: string) => ({ kind: 'manifest', repository: 'p/r', digest, tag });
const unanswered = (tag: string, digest: string) => ({ kind: 'unanswered', repository: 'p/r', digest, tag });

describe('acknowledged', () => {
  it('expects at a tag what was acknowledged last', () => {
    const { manifests, tags } = acknowledged([
      manifest('v1', 'one'),
      manifest(undefined, 'two'),
      manifest('v1', 'three'),
    ]);
    expect([...manifests.keys()]).toEqual(['p/r@one', 'p/r@two', 'p/r@three']);
    expect(tags.get('p/r:v1')).toMatchObject({ digest: 'three', possible: new Set() });
  });

  it('remembers what may be there besides, and expects nothing of a tag that was never acknowledged', () => {
    const { tags } = acknowledged([unanswered('v1', 'one'), manifest('v1', 'two'), unanswered('v2', 'three')]);
    expect([...tags.values()]).toEqual([{ repository: 'p/r', tag: 'v1', digest: 'two', possible: new Set(['one']) }]);
  });

  it('expects a blob in each repository that was told so', () => {
    const blob = (repository: string) => ({ kind: 'blob', repository, digest: 'b', size: 1 });
    expect([...acknowledged([blob('p/a'), blob('p/b'), blob('p/a')]).blobs.keys()]).toEqual(['p/a@b', 'p/b@b']);
  });
});
