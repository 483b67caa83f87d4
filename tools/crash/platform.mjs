// A whole platform in a folder of its own, with the settings of `npm start`; what dies is a Victim.
import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serviceAccount } from '../services/account.mjs';
import { startNginx } from '../services/nginx.mjs';
import { freePorts } from '../services/ports.mjs';
import { startRedis } from '../services/redis.mjs';
import { ensureCertificates } from '../start/certificates.mjs';
import { prepareDataFolder } from '../start/data-folder.mjs';
import { startOwnPostgres } from '../start/databases.mjs';
import { prepareRuntime } from '../start/runtime.mjs';
import { loadSecrets } from '../start/secrets.mjs';
import { runMigrator, serviceEnvironments, startService } from '../start/stack.mjs';
import { Victim } from './victim.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = '127.0.0.1';
/** What must be on for a commit to survive (docs/operations/durability.md). */
const DURABLE_SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** Makes the folder and starts everything in it. */
export async function startPlatform({ dir = tmpdir() }) {
  const folder = mkdtempSync(join(dir, 'breakwater-crash-'));
  chmodSync(folder, 0o755);
  const platform = new Platform(folder);
  try {
    await platform.start();
    return platform;
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

class Platform {
  #servers = [];
  #account = serviceAccount();

  constructor(folder) {
    this.folder = folder;
    this.data = prepareDataFolder(join(folder, 'data'), this.#account);
    this.logs = join(folder, 'log');
    mkdirSync(this.logs);
    this.secrets = loadSecrets(this.data.secrets, {});
  }

  async start() {
    const [http, https, core, registry, postgres, redis] = await freePorts(6);
    this.httpPort = http;
    this.runtime = prepareRuntime({
      root: ROOT,
      folder: this.data.runtime,
      account: this.#account,
      say: () => undefined,
    });
    const redisServer = await this.#startRedis(redis);
    this.postgres = this.#victim('postgres', (onLine) => this.#startPostgres(postgres, onLine));
    await this.postgres.up();
    await this.#assertDurable();
    const envs = serviceEnvironments({
      databaseUrl: this.databaseUrl,
      redisUrl: redisServer.url,
      // What does not run here is nobody's address.
      ports: { core, registry, registryctl: registry, jobservice: core, 'notary-server': core, 'notary-signer': core },
      secrets: this.secrets,
      storage: this.data.storage,
      trustedProxies: [],
      storageSettings: { STORAGE_ROOT: this.data.storage, BLOB_DELIVERY: 'accel' },
    });
    // A failpoint kills the process that reaches it; among several it would be one worker, started again to die again.
    envs.registry.REGISTRY_WORKERS = '1';
    await runMigrator({
      env: envs.migrator,
      runtime: this.runtime,
      account: this.#account,
      onLine: this.#log('migrator'),
    });
    const service = (name, port, onLine, settings) =>
      startService({
        name,
        env: { ...envs[name], ...settings },
        runtime: this.runtime,
        account: this.#account,
        port,
        onLine,
      });
    this.#servers.push(await service('core', core, this.#log('core')));
    this.registry = this.#victim('registry', (onLine, settings) => service('registry', registry, onLine, settings));
    this.nginx = this.#victim('nginx', (onLine) =>
      this.#startNginx({ ports: { http, https }, upstreams: { registry, core } }, onLine),
    );
    await this.registry.up();
    await this.nginx.up();
  }

  /** Rows of a statement. */
  async query(sql, parameters) {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends what runs, whatever state it is in. */
  async stop() {
    await this.nginx?.stop();
    await this.registry?.stop();
    await Promise.all(this.#servers.reverse().map((server) => server.stop()));
    await this.postgres?.stop();
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #victim(name, start) {
    const onLine = this.#log(name);
    return new Victim(name, (settings) => start(onLine, settings));
  }

  async #startRedis(port) {
    const password = this.secrets.redisPassword;
    const server = await startRedis({
      dataDir: this.data.redis,
      port,
      password,
      account: this.#account,
      onLine: this.#log('redis'),
    });
    this.#servers.push(server);
    return server;
  }

  async #startPostgres(port, onLine) {
    const handle = await startOwnPostgres({
      folder: this.data,
      secrets: this.secrets,
      account: this.#account,
      port,
      onLine,
    });
    this.databaseUrl = handle.url;
    return handle;
  }

  #startNginx({ ports, upstreams }, onLine) {
    const listener = (port, tls) => ({ address: HOST, port, tls });
    return startNginx({
      template: join(this.runtime.home, 'deploy/nginx/nginx.conf.template'),
      welcomeRoot: join(this.runtime.home, 'deploy/nginx/welcome'),
      runDir: join(this.data.run, 'nginx'),
      listeners: [listener(ports.http, false), listener(ports.https, true)],
      tls: ensureCertificates({ folder: this.data.tls, names: ['localhost', HOST], account: this.#account }),
      upstreams: { registry: `${HOST}:${upstreams.registry}`, core: `${HOST}:${upstreams.core}` },
      storageRoot: this.data.storage,
      account: this.#account,
      onLine,
    });
  }

  async #assertDurable() {
    for (const name of DURABLE_SETTINGS) {
      const [row] = await this.query(`SHOW ${name}`);
      if (row[name] !== 'on')
        throw new Error(`PostgreSQL runs with ${name} = ${row[name]}: a commit would not survive`);
    }
  }

  #log(name) {
    const file = createWriteStream(join(this.logs, `${name}.log`), { flags: 'a' });
    return (line) => file.write(`${line}\n`);
  }
}
