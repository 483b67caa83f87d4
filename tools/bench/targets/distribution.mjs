// The reference: Debian's docker-registry (distribution 2.8), and distribution 3 built with Go.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../services/ports.mjs';
import { findProgram, startProcess } from '../../services/process.mjs';
import { processes, treeOf } from '../machine.mjs';

const MODULE = 'github.com/distribution/distribution/v3/cmd/registry@v3.0.0';

/** Undefined when it is not installed. */
export function findDockerRegistry() {
  const program = findProgram('docker-registry');
  if (!program) return undefined;
  const version = /v?(\d+\.\d+\.\d+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
  return { id: 'docker-registry', name: `docker-registry ${version}`.trim(), program };
}

/** Builds it the first time. Undefined without Go, or when Go cannot build it; then `say` tells why. */
export async function findDistribution3(say, env = process.env) {
  const target = { id: 'distribution-3', name: 'distribution 3.0.0' };
  const folder = join(env.BREAKWATER_TOOLS ?? join(homedir(), '.cache/breakwater-tools'), 'bin');
  const program = join(folder, 'registry');
  if (existsSync(program)) return { ...target, program };
  const go = findProgram('go') ?? ['/usr/local/go/bin/go'].find((path) => existsSync(path));
  if (!go) return undefined;
  mkdirSync(folder, { recursive: true });
  say(`building ${target.name} with Go (once) …`);
  try {
    await promisify(execFile)(go, ['install', '-trimpath', MODULE], { env: { ...env, GOBIN: folder } });
  } catch (error) {
    say(
      `it does not build: ${String(error.stderr ?? error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    );
  }
  return existsSync(program) ? { ...target, program } : undefined;
}

/** @param {{ id: string, name: string, program: string }} target @param {string} folder for its configuration and data */
export async function startDistribution({ id, name, program }, folder) {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'config.yml');
  writeFileSync(config, configuration(join(folder, 'data'), port));
  const handle = await startProcess({
    name,
    command: '/bin/sh',
    // Its log, with a line per request, goes where it costs the machine nothing.
    args: ['-c', 'exec "$0" serve "$1" >/dev/null 2>&1', program, config],
    env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
    ready: async () => {
      const { status } = await fetch(`http://127.0.0.1:${port}/v2/`, { signal: AbortSignal.timeout(1_000) });
      if (status !== 200) throw new Error(`/v2/ answered ${status}`);
    },
  });
  const server = {
    id,
    name,
    groups: (all = processes()) => ({ registry: treeOf(handle.pid, all) }),
    authorize: async () => [''],
    stop: () => handle.stop(5_000),
  };
  return [{ id, name, server, endpoint: { host: '127.0.0.1', port } }];
}

/** As the distribution's own documentation sets it up for production, without authentication. */
function configuration(data, port) {
  return [
    'version: 0.1',
    'log:',
    '  level: info',
    'storage:',
    '  filesystem:',
    `    rootdirectory: ${JSON.stringify(data)}`,
    '  cache:',
    '    blobdescriptor: inmemory',
    '  delete:',
    '    enabled: true',
    'http:',
    `  addr: 127.0.0.1:${port}`,
    '  secret: only-for-this-benchmark',
    '',
  ].join('\n');
}
