import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { until } from './ports';
import { attempt } from './run';

const CERTS = '/etc/docker/certs.d';

export interface EngineOptions {
  program: string;
  /** host:port that is spoken to over http. */
  insecure: string[];
  /** host:port → file of the CA that its certificate must come from. */
  trusted: Record<string, string>;
}

export interface Engine {
  /** For DOCKER_HOST. */
  host: string;
  stop(): Promise<void>;
}

/** Starts a Docker engine of our own as root: no bridge, no firewall rule, nothing shared with the machine's engine. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-docker-'));
  const removeCerts = placeCerts(options.trusted);
  const config = join(folder, 'daemon.json');
  writeFileSync(config, JSON.stringify({ 'insecure-registries': options.insecure }));
  try {
    // A kernel or file system without overlay makes the engine refuse its data folder.
    const engine = (await start(folder, options.program)) ?? (await start(folder, options.program, 'vfs'));
    if (!engine) throw new Error(`dockerd did not start:\n${readFileSync(join(folder, 'log'), 'utf8')}`);
    return {
      host: engine.host,
      stop: async () => {
        await engine.stop();
        removeCerts();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    removeCerts();
    throw error;
  }
}

async function start(folder: string, program: string, storageDriver?: string): Promise<Engine | undefined> {
  const inside = (name: string) => join(folder, name);
  const host = `unix://${inside('docker.sock')}`;
  const args = ['--config-file', inside('daemon.json'), '-H', host, '--pidfile', inside('pid')];
  args.push('--data-root', inside('data'), '--exec-root', inside('exec'), '--bridge=none', '--iptables=false');
  if (storageDriver) args.push('--storage-driver', storageDriver);
  const log = openSync(inside('log'), 'w');
  const child = spawn(program, args, { stdio: ['ignore', log, log], detached: true });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    child.kill('SIGTERM');
    const deadline = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(deadline);
    await unmount(inside('data'));
  };
  await until('dockerd', async () => isOver() || (await answers(inside('docker.sock'))), 60_000).catch(() => stop());
  return isOver() ? undefined : { host, stop };
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once('error', () => resolve(false));
    ping.end();
  });
}

/** The engine mounts its data folder on itself. */
async function unmount(data: string): Promise<void> {
  if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${data} `)) await attempt('umount', [data]);
}

/** certs.d is the one place the engine reads a registry's CA from. */
function placeCerts(trusted: Record<string, string>): () => void {
  const made: string[] = [];
  for (const [host, caFile] of Object.entries(trusted)) {
    const folder = join(CERTS, host);
    made.push(firstMissing(folder));
    mkdirSync(folder, { recursive: true });
    copyFileSync(caFile, join(folder, 'ca.crt'));
  }
  return () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
}

/** The outermost folder on the way to `folder` that is not there yet. */
export function firstMissing(folder: string): string {
  const parent = dirname(folder);
  return existsSync(parent) ? folder : firstMissing(parent);
}
