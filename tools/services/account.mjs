// As root the platform's servers run under an account without rights (Postgres refuses root altogether).
import { spawnSync } from 'node:child_process';
import { getuid } from 'node:process';

const OWN_ACCOUNT = 'breakwater';
const FALLBACKS = ['nobody'];

/** @typedef {{ name: string, uid: number, gid: number }} Account */

/**
 * The account that servers run under, or undefined for an ordinary user (they run as the user).
 * @param {{ create?: boolean }} [options] create: make the system account when it is missing.
 * @returns {Account | undefined}
 */
export function serviceAccount({ create = false } = {}) {
  if (getuid?.() !== 0) return undefined;
  const own = lookUp(OWN_ACCOUNT) ?? (create ? makeAccount() : undefined);
  const account = own ?? FALLBACKS.map(lookUp).find(Boolean);
  if (!account) throw new Error(`no unprivileged account found: create one with "useradd --system ${OWN_ACCOUNT}"`);
  return account;
}

/** Whether the account may read, or with mode "x" run, the path: asked of the kernel, so that ACLs count too. */
export function canAccess(account, path, mode = 'r') {
  const { status } = spawnSync('/bin/sh', ['-c', `test -${mode} "$0"`, path], { ...identity(account), cwd: '/' });
  return status === 0;
}

/** The part of spawn()'s options that runs a child under the account. */
export function identity(account) {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

function lookUp(name) {
  const uid = idOf('-u', name);
  const gid = idOf('-g', name);
  return uid && gid ? { name, uid, gid } : undefined;
}

function idOf(flag, name) {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

function makeAccount() {
  // The first form is shadow-utils', the second BusyBox's.
  const attempts = [
    [
      'useradd',
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      OWN_ACCOUNT,
    ],
    ['adduser', '-S', '-D', '-H', '-h', '/nonexistent', '-s', '/sbin/nologin', OWN_ACCOUNT],
  ];
  for (const [command, ...args] of attempts) {
    if (spawnSync(command, args).status === 0) return lookUp(OWN_ACCOUNT);
  }
  return undefined;
}
