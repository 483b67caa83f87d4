// Every process of the platform: how it is started and what it is told.
import { join } from 'node:path';
import { startProcess } from '../services/process.mjs';
import { inheritedEnvironment, storageEnvironment } from './environment.mjs';

const LOOPBACK_PROXIES = '127.0.0.1/32,::1/128';

/** The services that carry our code, in the order in which they are listed. */
export const NODE_SERVICES = ['core', 'registry', 'jobservice', 'registryctl', 'notary-server', 'notary-signer'];

/** Of libs/platform/src/config/fragments.ts. */
const DRAIN_SECONDS = 30;
/** What a service takes to close when nobody is served any more, at most. */
const CLOSE_MS = 12_000;

/**
 * In which order all is stopped, and how long each may take before it is killed: nginx first, so that nothing new comes
 * in, and as long as transfers under way may take; the services, which are given as long; the databases when nobody
 * needs them any more. Pure.
 */
export function stopOrder(env = process.env) {
  const seconds = (name, standard) => Number(env[name] || standard);
  const drainMs = (seconds('DRAIN_DELAY_SECONDS', 0) + seconds('DRAIN_SECONDS', DRAIN_SECONDS)) * 1_000;
  return [
    { names: ['nginx'], graceMs: drainMs },
    { names: NODE_SERVICES, graceMs: drainMs + CLOSE_MS },
    { names: ['postgres', 'redis'], graceMs: 10_000 },
  ];
}

/**
 * Environment of each process (the names of libs/platform/src/config). Pure.
 * @param {{ databaseUrl: string, servicesDatabaseUrl?: string, signerDatabaseUrl?: string, redisUrl: string, ports: Record<string, number>, secrets: Record<string, any>,
 *   caFile?: string, certificateFile?: string, storage: string, trustedProxies: string[], inherited?: Record<string, string | undefined>,
 *   storageSettings?: Record<string, string>, metricsPort?: number, notaryPort?: number, publicUrl?: string, hosts?: string[] }} options
 *   `metricsPort`: of the first service; `publicUrl`: for links, where EXTERNAL_URL does not name another address;
 *   `hosts`: every name and port that clients may put before a repository
 * @returns {Record<'migrator' | 'core' | 'registry' | 'jobservice' | 'registryctl' | 'notary-server' | 'notary-signer',
 *   Record<string, string>>}
 */
export function serviceEnvironments(options) {
  const { databaseUrl, secrets, caFile, certificateFile, storage, publicUrl, hosts = [] } = options;
  const { storageSettings = storageEnvironment(storage), inherited = inheritedEnvironment() } = options;
  const parts = commonParts({ ...options, inherited });
  const { address, listener, server } = parts;
  const externalHosts = { EXTERNAL_HOSTS: hosts.join(',') };
  return {
    migrator: { ...inherited, DATABASE_URL: databaseUrl, ...rolesOf(options) },
    core: {
      ...server('core'),
      HARBOR_ADMIN_PASSWORD: secrets.adminPassword,
      REGISTRY_URL: address('registry'),
      REGISTRYCTL_URL: address('registryctl'),
      JOBSERVICE_URL: address('jobservice'),
      NOTARY_URL: address('notary-server'),
      ...externalHosts,
      ...(caFile && { CA_CERT_FILE: caFile }),
      ...(certificateFile && { FRONT_DOOR_CERT_FILE: certificateFile }),
    },
    registry: { ...server('registry'), ...storageSettings },
    // It hears no request, so it cannot know under which address clients do.
    jobservice: {
      ...(publicUrl && { EXTERNAL_URL: publicUrl }),
      ...server('jobservice'),
      REGISTRY_URL: address('registry'),
      REGISTRYCTL_URL: address('registryctl'),
    },
    // It needs no database, so it is told of none.
    registryctl: { ...listener('registryctl'), ...storageSettings },
    ...notaryEnvironments({ ...options, ...parts, externalHosts }),
  };
}

/** The migrator gives each role what it needs, and is told of both or of none. */
const rolesOf = ({ servicesDatabaseUrl, signerDatabaseUrl }) => ({
  ...(servicesDatabaseUrl && { SERVICES_DATABASE_URL: servicesDatabaseUrl }),
  ...(signerDatabaseUrl && { SIGNER_DATABASE_URL: signerDatabaseUrl }),
});

/** What the environments of several services consist of. */
function commonParts({
  databaseUrl,
  servicesDatabaseUrl = databaseUrl,
  redisUrl,
  ports,
  secrets,
  trustedProxies,
  inherited,
  metricsPort,
  notaryPort,
}) {
  const listener = (name) => ({
    ...inherited,
    HOST: '127.0.0.1',
    PORT: String(ports[name]),
    ...(metricsPort && { METRICS_PORT: String(metricsPort + NODE_SERVICES.indexOf(name)) }),
    INTERNAL_SECRET: secrets.internalSecret,
  });
  const database = { DATABASE_URL: servicesDatabaseUrl };
  const proxies = { TRUSTED_PROXIES: [LOOPBACK_PROXIES, ...trustedProxies].join(',') };
  const server = (name) => ({
    ...listener(name),
    ...database,
    REDIS_URL: redisUrl,
    SECRET_KEY: secrets.secretKey,
    ...(notaryPort && { NOTARY_PORT: String(notaryPort) }),
    ...proxies,
  });
  return { address: (name) => `http://127.0.0.1:${ports[name]}`, listener, database, proxies, server };
}

/** Trust data, and the keys that sign it. */
function notaryEnvironments({ listener, address, database, secrets, proxies, externalHosts, ...urls }) {
  const { databaseUrl, signerDatabaseUrl = databaseUrl } = urls;
  const signing = { NOTARY_SIGNER_SECRET: secrets.notarySignerSecret };
  return {
    // It verifies tokens and makes none, and signs nothing itself: no key is for it.
    'notary-server': {
      ...listener('notary-server'),
      ...database,
      ...proxies,
      NOTARY_SIGNER_URL: address('notary-signer'),
      ...signing,
      ...externalHosts,
    },
    'notary-signer': {
      ...listener('notary-signer'),
      DATABASE_URL: signerDatabaseUrl,
      ...signing,
      SIGNER_KEY: secrets.signerKey,
      ...(secrets.signerKeyPrevious && { SIGNER_KEY_PREVIOUS: secrets.signerKeyPrevious }),
      ...secrets.signerToken,
    },
  };
}

/** A service of ours in the foreground; ready when its dependencies answer. */
export function startService({ name, env, runtime, account, port, onLine }) {
  return startProcess({
    name,
    command: runtime.node,
    args: [join(runtime.home, `dist/apps/${name}/src/main.js`)],
    cwd: runtime.home,
    env,
    account,
    ready: () => askReadiness(port),
    onLine,
  });
}

async function askReadiness(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(3_500) });
  if (!answer.ok) throw new Error(`/readyz answered ${answer.status} ${await answer.text()}`);
}

/** Runs the migrations to their end. */
export function runMigrator({ env, runtime, account, onLine }) {
  return startProcess({
    name: 'migrator',
    command: runtime.node,
    args: [join(runtime.home, 'dist/apps/migrator/src/main.js')],
    cwd: runtime.home,
    env,
    account,
    ready: 'exit',
    // A migration of a large table may take long.
    readyMs: 3_600_000,
    onLine,
  });
}
