import { mkdtempSync, readdirSync, readFileSync, rmSync, type Dirent } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTree } from './make-tree.mjs';

const roots = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'tree-')));
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

const files = (root: string) =>
  (readdirSync(root, { recursive: true, withFileTypes: true }) as Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();

it('makes equal trees of equal options, with as much garbage as asked for', () => {
  const made = roots.map((root) => makeTree({ root, blobs: 400, garbage: 0.25, repositories: 3, layerBytes: 100 }));
  expect(made[0]).toEqual(made[1]);
  expect(made[0]).toMatchObject({ blobs: 400, repositories: 3 });
  const [one, two] = roots.map(files) as [string[], string[]];
  expect(one).toEqual(two);
  expect(one.filter((path) => path.endsWith('/data'))).toHaveLength(400);
  const needed = new Set<string>();
  for (const path of one.filter((file) => /_manifests\/revisions\/.*\/link$/.test(file))) {
    const digest = readFileSync(join(roots[0]!, path), 'utf8');
    const hex = digest.slice('sha256:'.length);
    const manifest = readFileSync(
      join(roots[0]!, `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`),
      'utf8',
    );
    for (const found of [digest, ...manifest.match(/sha256:[0-9a-f]{64}/g)!]) needed.add(found);
  }
  expect(400 - needed.size).toBe(made[0]!.garbage);
  expect(made[0]!.garbage).toBeGreaterThanOrEqual(100);
});
