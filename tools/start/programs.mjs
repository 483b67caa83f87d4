// redis-server and nginx: from PATH, else (root on a machine with apt) installed, else the exact line to type.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { getuid } from 'node:process';
import { findProgram } from '../services/process.mjs';

/** Package names where they are not the program's own. */
const MANAGERS = [
  { tool: 'apt-get', install: 'apt-get update && apt-get install -y --no-install-recommends', packages: {} },
  { tool: 'dnf', install: 'dnf install -y', packages: { 'redis-server': 'redis' } },
  { tool: 'yum', install: 'yum install -y', packages: { 'redis-server': 'redis' } },
  { tool: 'zypper', install: 'zypper install -y', packages: { 'redis-server': 'redis' } },
  { tool: 'pacman', install: 'pacman -S --noconfirm', packages: { 'redis-server': 'redis' } },
  { tool: 'apk', install: 'apk add', packages: { 'redis-server': 'redis' } },
  { tool: 'brew', install: 'brew install', packages: { 'redis-server': 'redis' }, asUser: true },
];

/** Makes sure that the programs are there. Throws an Error whose message says what to type when they are not. */
export async function ensurePrograms(
  names,
  { log = (line) => process.stderr.write(`${line}\n`), install = true } = {},
) {
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length === 0) return;
  const isRoot = getuid?.() === 0;
  if (isRoot && install && findProgram('apt-get')) {
    log(`installing ${missing.join(' and ')} with apt …`);
    aptInstall(missing);
  }
  const absent = missing.filter((name) => !findProgram(name));
  if (absent.length > 0) throw new Error(adviceFor(absent, { isRoot, has: findProgram }));
}

/** The sentence and the exact line to type, for this machine's package manager. Pure: `has` tells which tools exist. */
export function adviceFor(missing, { isRoot, has }) {
  const what = `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not installed.`;
  const manager = MANAGERS.find(({ tool }) => has(tool));
  if (!manager)
    return `${what} Install ${missing.length > 1 ? 'them' : 'it'} with your system's package manager and start again.`;
  const packages = missing.map((name) => manager.packages[name] ?? name).join(' ');
  const sudo = isRoot || manager.asUser ? '' : 'sudo ';
  const line = `${manager.install} ${packages}`
    .split(' && ')
    .map((part) => sudo + part)
    .join(' && ');
  return `${what} Type this line, then start again:\n\n    ${line}\n`;
}

/**
 * The distribution's packages start a daemon on its default port. Ours run elsewhere, so for this one installation
 * policy-rc.d (Debian policy 9.3.3.1) answers 101, "not allowed"; where systemd is there they are disabled as well.
 */
function aptInstall(packages) {
  const restore = forbidDaemons();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env }).status;
  try {
    if (run('update', '-qq') !== 0)
      process.stderr.write('apt-get update failed; trying with the lists that are here\n');
    run('install', '-y', '-q', '--no-install-recommends', ...packages);
  } finally {
    restore();
  }
  if (!existsSync('/run/systemd/system')) return;
  for (const unit of packages) spawnSync('systemctl', ['disable', '--quiet', `${unit}.service`]);
}

const POLICY = '/usr/sbin/policy-rc.d';

function forbidDaemons() {
  // Containers bring a policy of their own, which forbids as well: leave it.
  if (existsSync(POLICY)) return () => {};
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY, 0o755);
  return () => rmSync(POLICY, { force: true });
}
