// The front door: renders deploy/nginx/nginx.conf.template and runs nginx on it in the foreground.
import { execFile, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { dirname, join } from 'node:path';
import { identity } from './account.mjs';
import { findProgram, startProcess } from './process.mjs';

const TRUST_SERVER = 'trust-server.conf';
/** A port that nothing listens on: who has no trust server answers 503. */
const NOBODY = '127.0.0.1:9';
const MAX_FILES = 65_536;
/** Of one worker: thousands of clients, each with a connection to a service. nginx takes half a kilobyte for each at once. */
const MAX_CONNECTIONS = 16_384;

/**
 * @param {object} options
 * @param {string} options.template path of nginx.conf.template
 * @param {string} options.runDir its configuration, pid file and temporary folders
 * @param {{ address: string, port: number, tls: boolean }[]} options.listeners
 * @param {{ cert: string, key: string }} options.tls PEM files
 * @param {{ registry: string, core: string, notary?: string }} options.upstreams host:port; without notary: 503 there
 * @param {{ address: string, port: number }[]} [options.trustListeners] with TLS, for trust data alone
 * @param {string} options.storageRoot the registry's blob store
 * @param {string} options.welcomeRoot
 * @param {string[]} [options.trustedProxies] CIDRs of proxies in front of this one
 * @param {import('./account.mjs').Account} [options.account]
 * @param {boolean} [options.privileged] keep the master process root, for ports that only root may open
 * @param {(line: string) => void} [options.onLine]
 */
export async function startNginx(options) {
  const { runDir, account, privileged = false, onLine } = options;
  const program = findProgram('nginx');
  if (!program) throw new Error('nginx is not installed');
  mkdirSync(runDir, { recursive: true, mode: 0o700 });
  const config = join(runDir, 'nginx.conf');
  const asRoot = privileged && account !== undefined;
  const written = [runDir, config, ...writeTrustServer(options)];
  writeFileSync(config, renderConfig(readFileSync(options.template, 'utf8'), nginxValues({ ...options, asRoot })));
  if (account) for (const path of written) chownSync(path, account.uid, account.gid);
  // -e: without it nginx first tries the distribution's log file, which an ordinary user cannot open.
  const args = ['-p', runDir, '-c', config, '-e', 'stderr'];
  const runAs = asRoot ? undefined : account;
  const handle = await startProcess({
    name: 'nginx',
    command: program,
    args: [...args, '-g', 'daemon off;'],
    cwd: runDir,
    account: runAs,
    ready: () => masterIsUp(join(runDir, 'nginx.pid')),
    // Graceful: listeners close at once, requests under way are finished.
    stopSignal: 'SIGQUIT',
    readyMs: 15_000,
    onLine,
  });
  return { ...handle, check: () => refusal(program, args, runAs), reload: () => reload(handle.pid) };
}

/**
 * Configuration and certificates are read anew: by new workers, which take the connections that come from now on. The old
 * ones finish the requests that they have.
 */
function reload(pid) {
  try {
    process.kill(pid, 'SIGHUP');
  } catch (error) {
    // It has ended, and reads everything when it is started again.
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Why nginx would not start with its files as they are now; undefined when it would. */
function refusal(program, args, account) {
  return new Promise((resolve) => {
    const settle = (error, _output, complaints) =>
      resolve(error ? complaints.trim().split('\n')[0] || error.message : undefined);
    execFile(program, [...args, '-t', '-q'], { ...identity(account), cwd: '/', timeout: 30_000 }, settle);
  });
}

/** The second server's part, when it has an address; answers the files that were written. */
function writeTrustServer({ template, runDir, trustListeners = [] }) {
  if (trustListeners.length === 0) return [];
  const file = join(runDir, TRUST_SERVER);
  const lines = trustListeners.map((listener) => listenLine({ ...listener, tls: true }));
  const part = readFileSync(join(dirname(template), `${TRUST_SERVER}.template`), 'utf8');
  writeFileSync(file, renderConfig(part, { TRUST_LISTEN: lines.join('\n    ') }));
  return [file];
}

async function masterIsUp(pidFile) {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  process.kill(pid, 0);
}

/** Fills in the names in capitals; nginx's own variables have small letters. An unknown name is a mistake here. */
export function renderConfig(template, values) {
  return template.replace(/\$\{([A-Z_]+)\}/g, (_, name) => {
    if (values[name] === undefined) throw new Error(`nginx.conf.template: ${name} has no value`);
    return String(values[name]);
  });
}

export function nginxValues({
  runDir,
  listeners,
  tls,
  upstreams,
  storageRoot,
  welcomeRoot,
  trustListeners = [],
  trustedProxies = [],
  account,
  asRoot,
}) {
  const files = maxFiles();
  const paths = {
    RUN_DIR: runDir,
    TLS_CERT: tls.cert,
    TLS_KEY: tls.key,
    STORAGE_ROOT: storageRoot,
    WELCOME_ROOT: welcomeRoot,
  };
  for (const path of Object.values(paths)) assertQuotable(path);
  return {
    ...paths,
    MAIN: asRoot ? `user ${account.name};` : '',
    MAX_FILES: files,
    // Beside each connection there may be a file.
    WORKER_CONNECTIONS: Math.min(MAX_CONNECTIONS, Math.floor(files / 2)),
    RESOLVER: '',
    REGISTRY_UPSTREAM: upstreams.registry,
    CORE_UPSTREAM: upstreams.core,
    NOTARY_UPSTREAM: upstreams.notary ?? NOBODY,
    TRUST_SERVER: trustListeners.length > 0 ? `include "${join(runDir, TRUST_SERVER)}";` : '',
    UPSTREAM_OPTIONS: '',
    TRUSTED_PROXIES: trustedProxies.map((network) => `${network} 1;`).join(' '),
    HTTPS_PORT: listeners.find((listener) => listener.tls).port,
    NOTARY_PORT: trustListeners[0]?.port ?? 'null',
    LISTEN: listeners.map(listenLine).join('\n    '),
  };
}

function listenLine({ address, port, tls }) {
  const host = isIPv6(address) ? `[${address}]` : address;
  return `listen ${host}:${port}${tls ? ' ssl' : ''} so_keepalive=on backlog=4096${isIPv6(address) ? ' ipv6only=on' : ''};`;
}

/** nginx has no escape for "$" inside a quoted path. */
function assertQuotable(path) {
  if (/["$\\;\n]/.test(path)) throw new Error(`nginx cannot use this path: ${path} (choose one without " $ \\ ;)`);
}

function maxFiles() {
  const limit = spawnSync('/bin/sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout.trim();
  return Math.min(MAX_FILES, Number(limit) || MAX_FILES);
}
