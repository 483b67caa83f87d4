// Several replicas of registry and core as processes of their own, from dist/, on one Postgres and one Redis that can
// be stopped, started and paused under them. For tests and tools that show what happens then.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { freePorts } from '../services/ports.mjs';
import { startProcess } from '../services/process.mjs';
import { startServers } from './servers.mjs';
import { Service } from './service.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const KEPT_VARIABLES = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
/** A service's log comes through a pipe of its own, so an answer may be here before it. */
const LOG_WAITS = 20;
const LOG_WAIT_MS = 50;

/** @typedef {Service & { url: string }} Replica */

/**
 * @param {object} [options]
 * @param {number} [options.registries]
 * @param {number} [options.cores]
 * @param {boolean} [options.proxied] the last registry hears of changes through a proxy (`proxy`) that can be slow
 * @param {Record<string, string>} [options.settings] further environment of every service
 * @param {string[]} [options.wrapper] command that the services are started by: setpriv and its arguments, say
 */
export async function startLab({ registries = 1, cores = 1, proxied = false, settings = {}, wrapper = [] } = {}) {
  const lab = new Lab({ settings, wrapper });
  try {
    await lab.startServers();
    await lab.startReplicas({ registries, cores, proxied });
    return lab;
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

class Lab {
  /** @type {Service} */
  postgres;
  /** @type {Service} */
  redis;
  /** @type {string} */
  databaseUrl;
  /** @type {string} */
  redisUrl;
  /** @type {Replica[]} */
  registries = [];
  /** @type {Replica[]} */
  cores = [];
  admin = { username: 'admin', password: `Lab-${randomBytes(8).toString('hex')}A1` };
  /** Warnings and errors of the services, newest last. */
  log = [];
  #settings;
  #wrapper;
  #proxy;

  constructor({ settings, wrapper }) {
    this.#settings = settings;
    this.#wrapper = wrapper;
    this.folder = mkdtempSync(join(tmpdir(), 'breakwater-lab-'));
    chmodSync(this.folder, 0o755);
    this.storage = settings.STORAGE_ROOT ?? join(this.folder, 'storage');
    mkdirSync(this.storage, { recursive: true });
  }

  /** Durable: what Postgres acknowledged must outlive a kill. */
  async startServers() {
    Object.assign(this, await startServers({ folder: this.folder }));
  }

  async startReplicas({ registries, cores, proxied }) {
    const ports = await freePorts(registries + cores);
    const env = this.#environment(
      ports.map((port) => `http://127.0.0.1:${port}`),
      registries,
    );
    await this.#run('migrator', env, { ready: 'exit' });
    const add = (name, port, extra) => {
      const url = `http://127.0.0.1:${port}`;
      const ready = async () => {
        if (!(await fetch(`${url}/readyz`)).ok) throw new Error('not ready');
      };
      const start = () => this.#run(name, { ...env, PORT: String(port), ...extra }, { ready });
      return Object.assign(new Service(start), { url });
    };
    const databaseUrl = proxied ? await this.#slowDatabase() : this.databaseUrl;
    this.registries = ports
      .slice(0, registries)
      .map((port, index) => add('registry', port, index === registries - 1 ? { DATABASE_URL: databaseUrl } : {}));
    this.cores = ports.slice(registries).map((port) => add('core', port, {}));
    // One after another: the first core makes the administrator.
    for (const replica of [...this.cores, ...this.registries]) await replica.start();
  }

  /** Before the last registry's subscription to changes: `delayMs`, `freeze()`, `thaw()`. */
  get proxy() {
    return this.#proxy;
  }

  /** Rows of a statement, over a connection of its own. */
  async sql(statement, parameters = [], connectionString = this.databaseUrl) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query(statement, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  /** What the services logged of the request that got this answer: lines, none when it was no error of theirs. */
  async loggedOf({ status, headers }) {
    if (status < 500) return [];
    for (let wait = 0; wait < LOG_WAITS; wait++) {
      const lines = this.log.filter((line) => line.includes(headers['x-request-id']));
      if (lines.length > 0) return lines;
      await sleep(LOG_WAIT_MS);
    }
    return [];
  }

  async stop() {
    await Promise.all([...this.registries, ...this.cores].map((replica) => replica.stop()));
    await this.#proxy?.close();
    await Promise.all([this.postgres?.stop(), this.redis?.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #slowDatabase() {
    const { createSlowProxy } = createRequire(join(ROOT, 'package.json'))('./dist/libs/testing/src/slow-proxy.js');
    const url = new URL(this.databaseUrl);
    this.#proxy = await createSlowProxy({ host: url.hostname, port: Number(url.port) }, 'breakwater-lease');
    url.port = String(this.#proxy.port);
    return url.toString();
  }

  #environment(urls, registries) {
    const kept = KEPT_VARIABLES.filter((name) => process.env[name]).map((name) => [name, process.env[name]]);
    return {
      ...Object.fromEntries(kept),
      DATABASE_URL: this.databaseUrl,
      REDIS_URL: this.redisUrl,
      SECRET_KEY: randomBytes(24).toString('hex'),
      INTERNAL_SECRET: randomBytes(24).toString('hex'),
      STORAGE_ROOT: this.storage,
      HARBOR_ADMIN_PASSWORD: this.admin.password,
      REGISTRY_URL: urls[0],
      REGISTRYCTL_URL: urls[0],
      JOBSERVICE_URL: urls[registries],
      LOG_LEVEL: 'warn',
      ...this.#settings,
    };
  }

  #run(name, env, { ready }) {
    const [command, ...args] = [...this.#wrapper, process.execPath, join(ROOT, `dist/apps/${name}/src/main.js`)];
    const onLine = (line) => this.log.push(`${name} ${line}`) > 1_000 && this.log.shift();
    return startProcess({ name, command, args, cwd: ROOT, env, ready, onLine });
  }
}
