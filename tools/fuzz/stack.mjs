import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../services/ports.mjs';
import { run } from '../with-services.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { Client } = createRequire(import.meta.url)('pg');

/** A registry and a core from dist/, on a database and a storage folder of their own. */
export async function startStack(services, dist = join(root, 'dist')) {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-fuzz-'));
  const password = `Fuzz-${randomBytes(8).toString('hex')}A1`;
  const [core, registry] = (await freePorts(2)).map((port) => ({ port, url: `http://127.0.0.1:${port}` }));
  const env = {
    ...services,
    ...(await createDatabase(services.TEST_DATABASE_URL)),
    REDIS_URL: services.TEST_REDIS_URL,
    REDIS_PREFIX: `{fuzz-${randomBytes(4).toString('hex')}}`,
    SECRET_KEY: randomBytes(24).toString('hex'),
    INTERNAL_SECRET: randomBytes(24).toString('hex'),
    STORAGE_ROOT: folder,
    HARBOR_ADMIN_PASSWORD: password,
    REGISTRY_URL: registry.url,
    REGISTRYCTL_URL: registry.url,
    JOBSERVICE_URL: core.url,
    LOG_LEVEL: 'error',
  };
  const main = (name) => join(dist, 'apps', name, 'src/main.js');
  if ((await run(process.execPath, [main('migrator')], { env, cwd: root })) !== 0) throw new Error('no schema');
  const children = [
    start(main('core'), { ...env, PORT: String(core.port) }),
    start(main('registry'), { ...env, PORT: String(registry.port) }),
  ];
  const stop = async () => {
    await Promise.all(children.map((child) => child.kill() && new Promise((ended) => child.once('close', ended))));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const { url } of [core, registry]) await untilReady(url);
  } catch (error) {
    await stop();
    throw error;
  }
  const pids = children.map(({ pid }) => pid);
  return { target: { url: registry.url, apiUrl: core.url, username: 'admin', password, pids }, stop };
}

const start = (program, env) =>
  spawn(process.execPath, [program], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });

async function createDatabase(server) {
  const name = `fuzz_${randomBytes(4).toString('hex')}`;
  const client = new Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { DATABASE_URL: url.toString() };
}

async function untilReady(url) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(150);
  }
  throw new Error(`${url} does not answer`);
}
