// redis-server from the machine, on loopback.
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, startProcess } from './process.mjs';

/**
 * @param {{ dataDir: string, port: number, password?: string, appendOnly?: boolean,
 *   account?: import('./account.mjs').Account, onLine?: (line: string) => void }} options
 */
export async function startRedis({ dataDir, port, password, appendOnly = true, account, onLine }) {
  const program = findProgram('redis-server');
  if (!program) throw new Error('redis-server is not installed');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const config = join(dataDir, 'redis.conf');
  writeFileSync(config, render({ dataDir, port, password, appendOnly }), { mode: 0o600 });
  if (account) for (const path of [dataDir, config]) chownSync(path, account.uid, account.gid);
  const handle = await startProcess({
    name: 'redis',
    command: program,
    args: [config],
    cwd: dataDir,
    account,
    ready: /Ready to accept connections/,
    onLine,
  });
  const credentials = password ? `:${encodeURIComponent(password)}@` : '';
  return { ...handle, port, url: `redis://${credentials}127.0.0.1:${port}/0` };
}

/** The password stands in a 0600 file, not among the arguments that every user of the machine can read. */
function render({ dataDir, port, password, appendOnly }) {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    'daemonize no',
    'logfile ""',
    `dir "${dataDir}"`,
    `appendonly ${appendOnly ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'save ""',
    // Queues live here: a full Redis must refuse writes, never drop keys.
    'maxmemory-policy noeviction',
    ...(password ? [`requirepass "${password}"`] : []),
    '',
  ].join('\n');
}
