import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Credentials, send } from './http';
import { freePort, outwardAddress, until } from './ports';

const ROOT = resolve(__dirname, '../../../..');
const READY_MS = 300_000;

/** Who comes from here to the platform under test says for whom it asks (X-Forwarded-For), and is believed. */
export const trustedProxy = '127.0.0.2';

/** Where the platform under test answers; one for the whole jest run. */
export interface Platform {
  /** Process id of the supervisor. */
  pid: number;
  httpPort: number;
  httpsPort: number;
  /** https, for trust data alone. */
  notaryPort: number;
  /** http://127.0.0.1:<port> */
  httpUrl: string;
  /** host:port for clients that speak http on loopback. */
  host: string;
  /** host:port outside loopback without TLS; undefined on a machine without a network. */
  insecureHost?: string;
  /** The same with TLS. */
  httpsHost?: string;
  /** PEM file of the CA that signed the platform's certificate. */
  caFile: string;
  /** Folder of its storage, which holds docker/registry/v2. */
  storage: string;
  admin: Credentials;
}

export interface Running {
  platform: Platform;
  /** The end of what it said so far. */
  said(): string;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Holds the data folder; kept when the platform stops. */
  folder: string;
  /** Further arguments of `npm start`. */
  args?: string[];
  /** Further settings in its environment. */
  env?: Record<string, string>;
  /** Ports and password of an earlier start of the same folder. */
  again?: Platform;
}

/** The platform that global-setup.ts started. */
export function currentPlatform(): Platform {
  const described = process.env.E2E_PLATFORM;
  if (!described) throw new Error('no platform: this suite runs in the jest project "e2e"');
  return JSON.parse(described) as Platform;
}

/** A folder that the platform's services can enter, whatever account they run under. */
export function makePlatformFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-e2e-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** `npm start` on free ports. */
export async function startPlatform(options: StartOptions): Promise<Running> {
  const { folder } = options;
  const { httpPort, httpsPort, notaryPort, admin } = options.again ?? (await newIdentity());
  const address = outwardAddress();
  const ports = { '--http-port': httpPort, '--https-port': httpsPort, '--notary-port': notaryPort };
  const args = [...Object.entries(ports).flatMap(([name, port]) => [name, String(port)]), ...(options.args ?? [])];
  if (address) args.push('--listen', address);
  const data = join(folder, 'data');
  const child = launch([...args, '--data', data, '--no-install'], {
    ...options.env,
    HARBOR_ADMIN_PASSWORD: admin.password,
  });
  const output = capture(child);
  const stop = () => end(child);
  try {
    const httpUrl = `http://127.0.0.1:${httpPort}`;
    await until('the platform', () => isReady(child, httpUrl), READY_MS);
    const caFile = join(folder, 'ca.crt');
    writeFileSync(caFile, (await send(`${httpUrl}/api/v2.0/systeminfo/getcert`)).body);
    const host = `127.0.0.1:${httpPort}`;
    const outward = address && { insecureHost: `${address}:${httpPort}`, httpsHost: `${address}:${httpsPort}` };
    const storage = join(data, 'storage');
    const addresses = { httpPort, httpsPort, notaryPort, httpUrl, host, ...outward };
    return { platform: { pid: child.pid!, ...addresses, caFile, storage, admin }, said: output, stop };
  } catch (error) {
    await stop();
    throw new Error(`npm start: ${String(error)}\n${output()}`, { cause: error });
  }
}

async function newIdentity(): Promise<Pick<Platform, 'httpPort' | 'httpsPort' | 'notaryPort' | 'admin'>> {
  const password = `Admin-${randomBytes(8).toString('hex')}1aA`;
  const [httpPort, httpsPort, notaryPort] = [await freePort(), await freePort(), await freePort()];
  return { httpPort, httpsPort, notaryPort, admin: { username: 'admin', password } };
}

function launch(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'tools/start/start.mjs'), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Reads on, so that the child never waits for us; gives the end of what it said. */
function capture(child: ChildProcess): () => string {
  const log = process.env.E2E_PLATFORM_LOG;
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-20_000);
      if (log) writeFileSync(log, chunk, { flag: 'a' });
    });
  }
  return () => text;
}

async function isReady(child: ChildProcess, httpUrl: string): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error(`ended with ${child.exitCode}`);
  const health = await send(`${httpUrl}/api/v2.0/health`).catch(() => undefined);
  if (health?.status !== 200 || health.json<{ status: string }>().status !== 'healthy') return false;
  return (await send(`${httpUrl}/v2/`)).status === 401;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolveEnd) => child.once('close', resolveEnd));
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await ended;
  clearTimeout(deadline);
}
