import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { type Client, clientOf } from './run';
import { settings } from './settings';

const pinned = JSON.parse(readFileSync(resolve(__dirname, '../../clients/clients.json'), 'utf8')) as Record<
  string,
  { version: string; program?: string }
>;

/** Folders that an ordinary user's PATH may lack. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function searchPath(): string[] {
  return [...new Set([...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS])];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Folders of the cache that hold the program: the pinned version's, or for one that is not pinned every one. */
function cacheFolders(name: string): string[] {
  const pin = pinned[name];
  if (pin) return [join(settings.clientCache, `${name}-${pin.version}`)];
  if (!existsSync(settings.clientCache)) return [];
  const entries = readdirSync(settings.clientCache).filter((entry) => entry.startsWith(`${name}-`));
  return entries.map((entry) => join(settings.clientCache, entry));
}

/**
 * Every program of that name, those of the cache first, then along PATH. Pins whose program has another name (two versions
 * of one) are in the cache alone.
 */
export function findPrograms(name: string): string[] {
  const program = pinned[name]?.program ?? name;
  const folders = program === name ? [...cacheFolders(name), ...searchPath()] : cacheFolders(name);
  return folders.map((folder) => join(folder, program)).filter(isExecutable);
}

/** The suite of one client: skipped by name where the client is absent, failed with REQUIRE_CLIENTS=1. */
export function withClient(name: string, suite: (program: string) => void): void {
  const [program] = findPrograms(name);
  if (program) describe(name, () => suite(program));
  else describeAbsent(name, `${name} is not installed`);
}

/** Stands in the results for what cannot run here: skipped with the reason, failed with REQUIRE_CLIENTS=1. */
export function describeAbsent(title: string, reason: string): void {
  const run = settings.requireClients ? it : it.skip;
  describe(title, () => {
    run(reason, () => {
      throw new Error(`${reason}, and REQUIRE_CLIENTS=1 demands it`);
    });
  });
}

export interface ClientHome {
  folder: string;
  env: NodeJS.ProcessEnv;
  client(program: string, env?: NodeJS.ProcessEnv): Client;
  remove(): void;
}

/** A home folder of its own: no credential or cache of the person at the machine is seen or touched. */
export function makeHome(): ClientHome {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-home-'));
  const inside = (name: string) => join(folder, name);
  mkdirSync(inside('run'), { mode: 0o700 });
  const env: NodeJS.ProcessEnv = {
    PATH: searchPath().join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    LANG: 'C.UTF-8',
    DOCKER_CONFIG: inside('.docker'),
    REGISTRY_AUTH_FILE: inside('auth.json'),
    XDG_RUNTIME_DIR: inside('run'),
    XDG_CONFIG_HOME: inside('.config'),
    XDG_CACHE_HOME: inside('.cache'),
    XDG_DATA_HOME: inside('.local/share'),
  };
  return {
    folder,
    env,
    client: (program, extra) => clientOf(program, { cwd: folder, env: { ...env, ...extra } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
