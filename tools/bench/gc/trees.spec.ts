import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAdoptedTree, requireSame, storedBlobs } from './trees.mjs';

describe('what a collection left', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gc-trees-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is every blob of a tree that nobody has touched', () => {
    const { made, repositories } = makeAdoptedTree(root, { blobs: 100, layerBytes: 50 });
    expect(storedBlobs(root).size).toBe(made.blobs);
    expect(repositories.flatMap(({ tags }) => tags)).toHaveLength(made.images);
  });

  it('is refused when a blob is not what its digest says', () => {
    const folder = join(root, 'docker/registry/v2/blobs/sha256/ab', 'ab'.repeat(32));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'data'), 'something else');
    expect(() => storedBlobs(root)).toThrow('other content');
  });

  const expected = new Map([
    ['sha256:a', 1],
    ['sha256:b', 2],
  ]);
  it.each([
    ['lost', new Map([['sha256:a', 1]])],
    ['of another size', new Map(expected).set('sha256:b', 3)],
    ['too many', new Map(expected).set('sha256:c', 3)],
  ])('differs when a blob is %s', (_what, found) => {
    expect(() => requireSame(expected, found)).toThrow('the live sets differ');
  });

  it('has what was pushed, and may have what was tried', () => {
    const load = { pushed: new Set(['sha256:c']), attempted: new Set(['sha256:c', 'sha256:d']) };
    requireSame(expected, new Map(expected).set('sha256:c', 3).set('sha256:d', 4), load);
    expect(() => requireSame(expected, expected, load)).toThrow('1 blobs are lost');
  });
});
