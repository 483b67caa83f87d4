// Where everything is kept, who may enter it, and that only one platform uses it at a time.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { canAccess } from '../services/account.mjs';

const SYSTEM_FOLDER = '/var/lib/breakwater';

/**
 * @param {{ root: string, given?: string, account?: import('../services/account.mjs').Account }} options
 * @returns {{ path: string, note?: string }} note: why it is not ./data
 */
export function chooseDataFolder({ root, given, account }) {
  const wanted = resolve(given ?? join(root, 'data'));
  if (!account || canEnter(account, wanted)) return { path: wanted };
  if (given) {
    throw new Error(
      `the account "${account.name}", which runs the services, cannot enter ${wanted}: ` +
        `choose a folder outside private ones such as /root, for example --data ${SYSTEM_FOLDER}`,
    );
  }
  return { path: SYSTEM_FOLDER, note: `the services run as "${account.name}", which cannot enter ${wanted}` };
}

function canEnter(account, folder) {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  return canAccess(account, nearest, 'x');
}

/** Makes the folder and its parts; those that a service writes belong to the account. */
export function prepareDataFolder(path, account) {
  const parts = {
    path,
    postgres: join(path, 'postgres'),
    redis: join(path, 'redis'),
    storage: join(path, 'storage'),
    tls: join(path, 'tls'),
    run: join(path, 'run'),
    secrets: join(path, 'secrets'),
    runtime: join(path, 'runtime'),
  };
  // The folder itself must be enterable by the account, the parts are closed one by one.
  mkdirSync(path, { recursive: true, mode: 0o755 });
  for (const name of ['tls', 'runtime']) mkdirSync(parts[name], { recursive: true, mode: 0o755 });
  mkdirSync(parts.secrets, { recursive: true, mode: 0o700 });
  for (const name of ['postgres', 'redis', 'storage', 'run']) {
    mkdirSync(parts[name], { recursive: true, mode: 0o700 });
    if (account) giveTo(account, parts[name]);
  }
  return parts;
}

/** Everything in it too when it was another account's: on a new machine the account may have another number. */
function giveTo(account, folder) {
  if (statSync(folder).uid === account.uid) return;
  if (readdirSync(folder).length > 0) spawnSync('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  else chownSync(folder, account.uid, account.gid);
}

/** Takes the folder for this process; the returned function gives it back. */
export function lockDataFolder(path) {
  const file = join(path, 'lock');
  const mine = JSON.stringify({ pid: process.pid, started: startTime(process.pid) });
  const holder = lockHolder(path);
  if (holder) throw new Error(inUse(path, holder));
  rmSync(file, { force: true });
  // Exclusive: of two starts at the same moment one fails here.
  writeFileSync(file, mine, { flag: 'wx', mode: 0o644 });
  return () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === mine) rmSync(file);
  };
}

/** Process number of the platform that uses the folder now, if any. */
export function lockHolder(path) {
  try {
    const holder = JSON.parse(readFileSync(join(path, 'lock'), 'utf8'));
    return isSameProcess(holder) ? holder.pid : undefined;
  } catch {
    return undefined;
  }
}

function inUse(path, pid) {
  return (
    `${path} is in use by a running platform (process ${pid}). Stop it first, or start a second copy with ` +
    'its own ports and folder:\n\n    npm start -- --http-port 9080 --https-port 9443 --data ./data2\n'
  );
}

/** A process number alone is not enough: after a reboot or in a container it soon belongs to another. */
function isSameProcess({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return startTime(pid) === started;
}

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot; null where there is no /proc. */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return null;
  }
}
