// The npm packages of the clone: installed when absent, or when the lock file asks for other versions.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** npm writes this at the end of an installation, so an interrupted one counts as none. */
const HIDDEN_LOCK = 'node_modules/.package-lock.json';

/**
 * @param {string} root the clone
 * @param {{ log?: (line: string) => void, install?: boolean }} [options] install false: only look, and fail when stale
 */
export async function ensurePackages(root, { log = (line) => process.stderr.write(`${line}\n`), install = true } = {}) {
  const reason = staleReason(root);
  if (!reason) return;
  if (!install) throw new Error(`${reason}: run "npm ci" first (or leave --no-install out)`);
  assertOwnFolder(root, reason);
  log(`${reason}: npm ci …`);
  // Started through npm, npm names itself; else the one on PATH.
  const [command, ...args] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const { status, error } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // Development packages are needed to build, whatever NODE_ENV says; hooks belong to a developer's clone.
    env: { ...process.env, NODE_ENV: 'development', LEFTHOOK: '0' },
  });
  if (status !== 0)
    throw new Error(`npm ci failed (${error?.message ?? `exit code ${status}`}): see its messages above`);
}

/** `npm ci` empties what a link points to before it replaces the link: that folder belongs to another clone. */
function assertOwnFolder(root, reason) {
  if (!lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new Error(`${reason}, and node_modules is a link: install in the folder that it points to, or remove the link`);
}

function staleReason(root) {
  if (!existsSync(join(root, 'node_modules'))) return 'packages are not installed';
  return matchesLock(root) ? undefined : 'packages are out of date';
}

/** Whether every package that is installed has the version that the lock file wants, and none is missing. */
function matchesLock(root) {
  if (!existsSync(join(root, HIDDEN_LOCK))) return false;
  const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  const installed = read(HIDDEN_LOCK);
  return Object.entries(read('package-lock.json')).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') || wanted.optional || wanted.devOptional) return true;
    return installed[path] !== undefined && installed[path].version === wanted.version;
  });
}
