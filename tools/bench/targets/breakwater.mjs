// This platform, whole, as `npm start` brings it up; measured at the registry's own port and at the front door.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../services/ports.mjs';
import { startProcess } from '../../services/process.mjs';
import { commandLine, processes, treeOf } from '../machine.mjs';

const START = fileURLToPath(new URL('../../start/start.mjs', import.meta.url));
const PROJECT = 'bench';
const READY_MS = 300_000;
const RESTART_MS = 60_000;
const KEPT_VARIABLES = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'npm_execpath'];
const GROUPS = [
  ['registry', /apps\/registry\//],
  ['nginx', /nginx/],
  ['postgres', /postgres/],
];

/**
 * @param {string} folder
 * @param {{ env?: Record<string, string>, groups?: [string, RegExp][], keep?: boolean }} [options] groups: how CPU time is
 *   told apart; keep: a platform that was started there before is started again
 */
export async function startBreakwater(folder, { env = {}, groups = GROUPS, keep = false } = {}) {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const [httpPort, httpsPort] = await freePorts(2);
  const data = join(folder, 'data');
  const log = join(folder, 'log');
  const password = keep ? keptPassword(folder) : newPassword();
  const args = ['--http-port', String(httpPort), '--https-port', String(httpsPort), '--data', data, '--no-install'];
  const front = `http://127.0.0.1:${httpPort}`;
  const handle = await startProcess({
    name: 'Breakwater',
    command: '/bin/sh',
    args: ['-c', 'exec "$@" >"$0" 2>&1', log, process.execPath, START, ...args],
    env: { ...ownEnvironment(), ...env, HARBOR_ADMIN_PASSWORD: password },
    readyMs: READY_MS,
    ready: () => isHealthy(front),
  }).catch((error) => {
    throw new Error(`${error.message}\n${readFileSync(log, 'utf8').slice(-4_000)}`, { cause: error });
  });
  const { core } = JSON.parse(readFileSync(join(data, 'secrets/run-state.json'), 'utf8'));
  const server = describe({ handle, front, password, patterns: groups, registryUrl: core.REGISTRY_URL });
  if (!keep) await server.makeProject();
  const ca = readFileSync(join(data, 'tls/ca.crt'), 'utf8');
  const host = '127.0.0.1';
  return [
    {
      id: 'registry',
      name: 'Breakwater, registry',
      server,
      endpoint: { host, port: Number(new URL(core.REGISTRY_URL).port) },
    },
    { id: 'http', name: 'Breakwater, http', server, endpoint: { host, port: httpPort } },
    { id: 'https', name: 'Breakwater, https', server, endpoint: { host, port: httpsPort, ca } },
    { id: 'core', name: 'Breakwater, core', server, endpoint: { host, port: Number(core.PORT) } },
  ];
}

const newPassword = () => `Bench-${randomBytes(9).toString('hex')}A1`;

/** The administrator's, who is made at the first start. */
function keptPassword(folder) {
  const file = join(folder, 'admin-password');
  if (!existsSync(file)) writeFileSync(file, newPassword(), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function describe({ handle, front, password, patterns, registryUrl }) {
  const basic = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  const groups = (all = processes()) => groupsBelow(handle.pid, all, patterns);
  const api = async (method, path, body) => {
    const headers = { authorization: basic, ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${front}/api/v2.0${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  return {
    id: 'breakwater',
    name: 'Breakwater',
    front,
    password,
    basic: `Authorization: ${basic}`,
    groups,
    api,
    makeProject: () => api('POST', '/projects', { project_name: PROJECT, metadata: { public: 'false' } }),
    authorize: (scopes, count = 1) =>
      Promise.all(Array.from({ length: count }, () => askToken({ front, basic, scopes }))),
    restartRegistry: () => restartRegistry(groups, registryUrl),
    stop: () => handle.stop(40_000),
  };
}

/** Nothing of the operator's: a DATABASE_URL or a bucket in the environment would be measured, and filled. */
function ownEnvironment() {
  return Object.fromEntries(
    KEPT_VARIABLES.filter((name) => process.env[name]).map((name) => [name, process.env[name]]),
  );
}

async function askToken({ front, basic, scopes }) {
  const query = new URLSearchParams([
    ['service', 'harbor-registry'],
    ...scopes.map((scope) => ['scope', `repository:${scope}`]),
  ]);
  const answer = await fetch(`${front}/service/token?${query}`, { headers: { authorization: basic } });
  if (!answer.ok) throw new Error(`/service/token answered ${answer.status}: ${await answer.text()}`);
  return `Authorization: Bearer ${(await answer.json()).token}`;
}

/** Each service with the workers that it started; "rest" is core, job service, Redis and who keeps them running. */
function groupsBelow(root, all, patterns) {
  const groups = Object.fromEntries([...patterns.map(([name]) => [name, []]), ['rest', []]]);
  for (const [pid, { parent }] of all) {
    if (parent !== root) continue;
    const name = patterns.find(([, pattern]) => pattern.test(commandLine(pid)))?.[0] ?? 'rest';
    groups[name].push(...treeOf(pid, all));
  }
  groups.rest.push(root);
  return groups;
}

/** The supervisor starts it again: its caches are empty then. */
async function restartRegistry(groups, registryUrl) {
  const before = groups().registry;
  process.kill(before[0], 'SIGTERM');
  const deadline = Date.now() + RESTART_MS;
  for (;;) {
    await sleep(100);
    const isNew = !groups().registry.includes(before[0]);
    if (isNew && (await fetch(`${registryUrl}/readyz`).catch(() => undefined))?.ok) return;
    if (Date.now() > deadline) throw new Error('the registry did not come back after a restart');
  }
}

async function isHealthy(front) {
  const answer = await fetch(`${front}/api/v2.0/health`, { signal: AbortSignal.timeout(2_000) });
  if ((await answer.json()).status !== 'healthy') throw new Error('not healthy yet');
}
