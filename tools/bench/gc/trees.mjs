// The storage tree, its copies, and what is left in them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getuid } from 'node:process';
import { makeTree } from '../../tree/make-tree.mjs';

const BLOBS = 'docker/registry/v2/blobs/sha256';
const REPOSITORIES = 'docker/registry/v2/repositories';
const DROP_CACHES = '/proc/sys/vm/drop_caches';

/** @returns {{ root: string, made: ReturnType<typeof makeTree>, repositories: { name: string, tags: string[] }[] }} */
export function makeAdoptedTree(root, { blobs, layerBytes }) {
  const made = makeTree({ root, blobs, garbage: 0.5, repositories: 100, layerBytes });
  return { root, made, repositories: [...repositoriesOf(root)] };
}

/**
 * Every file anew. Hard links would be quicker to make, but to remove, too: the file system frees nothing then; and the
 * owner that one copy needs would be the owner of all.
 */
export function copyTree(from, to) {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  const { status, stderr } = spawnSync('cp', ['-a', '--reflink=never', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the tree could not be copied: ${stderr}`);
}

/** Writes everything out, and makes reads come from the disk. False: not allowed, so the caches stay as they are. */
export function emptyPageCache() {
  spawnSync('sync');
  if (getuid() !== 0) return false;
  try {
    writeFileSync(DROP_CACHES, '3');
    return true;
  } catch {
    return false;
  }
}

/**
 * Sizes of the blobs that are there, by digest. Throws when the content of one is not what its digest says.
 * @returns {Map<string, number>}
 */
export function storedBlobs(root) {
  const found = new Map();
  for (const prefix of readdirSync(join(root, BLOBS))) {
    for (const hex of readdirSync(join(root, BLOBS, prefix))) {
      const bytes = readFileSync(join(root, BLOBS, prefix, hex, 'data'));
      if (createHash('sha256').update(bytes).digest('hex') !== hex)
        throw new Error(`${root}: blob ${hex} has other content than its digest says`);
      found.set(`sha256:${hex}`, bytes.length);
    }
  }
  return found;
}

/**
 * Throws unless `found` has what `expected` has, and beyond that all of `pushed`, and nothing that is not `attempted`.
 * @param {Map<string, number>} expected
 * @param {Map<string, number>} found
 * @param {{ pushed?: Set<string>, attempted?: Set<string> }} [load] digests
 */
export function requireSame(expected, found, { pushed = new Set(), attempted = pushed } = {}) {
  const lost = [...expected].filter(([digest, size]) => found.get(digest) !== size).map(([digest]) => digest);
  lost.push(...[...pushed].filter((digest) => !found.has(digest)));
  const extra = [...found.keys()].filter((digest) => !expected.has(digest) && !attempted.has(digest));
  if (lost.length === 0 && extra.length === 0) return;
  const some = [...lost, ...extra].slice(0, 3).join(', ');
  throw new Error(`the live sets differ: ${lost.length} blobs are lost, ${extra.length} too many (${some} …)`);
}

/** Those that have images. */
function* repositoriesOf(root) {
  const base = join(root, REPOSITORIES);
  const names = readdirSync(base).flatMap((project) =>
    readdirSync(join(base, project)).map((name) => `${project}/${name}`),
  );
  for (const name of names) {
    const folder = join(base, name, '_manifests/tags');
    const tags = existsSync(folder) ? readdirSync(folder).filter((tag) => tag.startsWith('v')) : [];
    if (tags.length > 0) yield { name, tags };
  }
}
