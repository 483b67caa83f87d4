// One Postgres, one Redis that keeps nothing, and replicas of the job service that come back when they die.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startServers } from '../lab/servers.mjs';
import { Service } from '../lab/service.mjs';
import { freePorts } from '../services/ports.mjs';
import { startProcess } from '../services/process.mjs';
import { ROOT } from './build.mjs';

export class Lab {
  replicas = [];
  log = [];
  #pool;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'breakwater-jobs-'));
    chmodSync(this.folder, 0o755);
  }

  async startServers() {
    const { postgres, redis, databaseUrl, redisUrl } = await startServers({
      folder: this.folder,
      redis: { appendOnly: false },
    });
    this.postgres = postgres;
    this.redis = redis;
    this.env = {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      INTERNAL_SECRET: randomBytes(24).toString('hex'),
      SECRET_KEY: randomBytes(32).toString('base64'),
      REGISTRY_URL: 'http://127.0.0.1:9',
      REGISTRYCTL_URL: 'http://127.0.0.1:9',
      LOG_LEVEL: 'error',
      JOB_LEASE_SECONDS: '3',
      JOB_RECONCILE_SECONDS: '1',
    };
    await this.#run('migrator', 'dist/apps/migrator/src/main.js', {}, 'exit');
    this.#pool = new pg.Pool({ connectionString: this.env.DATABASE_URL, max: 3 });
    this.#pool.on('error', () => undefined);
  }

  async startReplicas(count, ledgerUrl) {
    for (const port of await freePorts(count)) {
      const ready = async () => {
        if (!(await fetch(`http://127.0.0.1:${port}/healthz`)).ok) throw new Error('not ready');
      };
      const settings = { PORT: String(port), LEDGER_URL: ledgerUrl };
      this.replicas.push(new Service(() => this.#run('jobservice', 'tools/jobs-chaos/worker.mjs', settings, ready)));
    }
    await Promise.all(this.replicas.map((replica) => replica.start()));
  }

  /** Rows of a statement. */
  async sql(statement, parameters = []) {
    return (await this.#pool.query(statement, parameters)).rows;
  }

  async stop() {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.#pool?.end();
    await Promise.all([this.postgres?.stop(), this.redis?.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(name, path, settings, ready) {
    const onLine = (line) => this.log.push(`${name} ${line}`) > 1_000 && this.log.shift();
    const env = { ...this.env, ...settings };
    return startProcess({ name, command: process.execPath, args: [join(ROOT, path)], cwd: ROOT, env, ready, onLine });
  }
}
