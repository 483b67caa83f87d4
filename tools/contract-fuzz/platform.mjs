// A platform of its own, as `npm start` brings it up: PostgreSQL, Redis, every service, nginx in front.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../services/ports.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 180_000;

/** Starts and fills it. `stop()` ends it; its log stays when `keep` says so. */
export async function startPlatform() {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-contract-'));
  chmodSync(folder, 0o755);
  const password = `Fuzz-${randomBytes(8).toString('hex')}A1`;
  const [http, https] = await freePorts(2);
  const data = join(folder, 'data');
  const options = ['--http-port', http, '--https-port', https, '--data', data].map(String);
  const child = spawn(process.execPath, [join(ROOT, 'tools/start/start.mjs'), ...options], {
    cwd: ROOT,
    env: { ...process.env, HARBOR_ADMIN_PASSWORD: password, SCANNER_ALLOWED_NETWORKS: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = join(folder, 'platform.log');
  const file = createWriteStream(log);
  child.stdout.pipe(file);
  child.stderr.pipe(file);
  const ended = new Promise((resolve) => child.once('close', resolve));
  // Ends by itself when another run's adapter has the port, which then serves both.
  const adapter = spawn(process.execPath, [join(ROOT, 'tools/seed/scanner-adapter.mjs')], { stdio: 'ignore' });
  const stop = async ({ keep = false } = {}) => {
    adapter.kill('SIGTERM');
    child.kill('SIGTERM');
    await ended;
    if (keep) rmSync(data, { recursive: true, force: true });
    else rmSync(folder, { recursive: true, force: true });
  };
  const platform = { url: `http://127.0.0.1:${http}`, username: 'admin', password, folder, log, stop };
  try {
    await untilHealthy(platform.url, child);
    seed(data);
    return platform;
  } catch (error) {
    await stop({ keep: true });
    throw new Error(`${error.message}, see ${log}`, { cause: error });
  }
}

async function untilHealthy(url, child) {
  for (const began = Date.now(); Date.now() - began < START_MS; await sleep(300)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/api/v2.0/health`).catch(() => undefined);
    if (answer?.ok && (await answer.json()).status === 'healthy') return;
  }
  throw new Error('the platform did not come up');
}

function seed(data) {
  const args = [join(ROOT, 'tools/seed/main.mjs'), '--scale', 'small', '--data', data];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the seed failed: ${stdout}${stderr}`);
}
