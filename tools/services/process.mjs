// One server process in the foreground: resolves when it is ready, tells when it ends, stops with a deadline.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { identity } from './account.mjs';

const KEPT_LINES = 40;
const SYSTEM_PATHS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/opt/homebrew/bin',
];

/** A server that did not come up: carries its name and its last lines for the person at the terminal. */
export class ServiceError extends Error {
  constructor(name, reason, lines) {
    super(`${name}: ${reason}`);
    this.service = name;
    this.lines = lines;
  }
}

/** Full path of a program on PATH or in the usual system folders (/usr/sbin is not on every user's PATH). */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_PATHS].filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whatever way this process ends, its servers end with it. */
const running = new Set();
process.on('exit', () => running.forEach(killGroup));

let deathSignalTool;
/** `setpriv --pdeathsig` makes the kernel stop the server when this process is killed and cannot do it itself. */
function withDeathSignal(command, args, signal) {
  if (deathSignalTool === undefined) {
    const tool = findProgram('setpriv');
    const works = tool && spawnSync(tool, ['--pdeathsig', 'TERM', 'true']).status === 0;
    deathSignalTool = works ? tool : null;
  }
  if (!deathSignalTool) return [command, args];
  return [deathSignalTool, ['--pdeathsig', signal.replace('SIG', ''), command, ...args]];
}

/**
 * @param {object} options
 * @param {string} options.name shown in logs and errors
 * @param {string} options.command
 * @param {string[]} options.args
 * @param {Record<string, string>} [options.env] the whole environment; default: ours
 * @param {string} [options.cwd]
 * @param {import('./account.mjs').Account} [options.account]
 * @param {RegExp | (() => Promise<void>) | 'exit'} options.ready a line of output, a question asked every 100 ms that
 *   rejects as long as the answer is no, or the end with exit code 0
 * @param {NodeJS.Signals} [options.stopSignal] SIGTERM
 * @param {number} [options.readyMs] 60 000
 * @param {(line: string) => void} [options.onLine] every line of output
 */
export async function startProcess(options) {
  const { name, ready, readyMs = 60_000, stopSignal = 'SIGTERM', onLine = () => {} } = options;
  const [command, args] = withDeathSignal(options.command, options.args, stopSignal);
  const child = spawn(command, args, {
    ...identity(options.account),
    cwd: options.cwd ?? '/',
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C at the terminal reaches us alone, and we stop the servers in order.
    detached: true,
  });
  if (child.pid !== undefined) running.add(child.pid);
  const lines = [];
  const watchers = new Set();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine(line);
      for (const watch of watchers) watch(line);
    });
  }
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => {
      // nginx's workers outlive a master that was killed and would keep its ports.
      killGroup(child.pid);
      running.delete(child.pid);
      resolve({ code, signal });
    });
  });
  const outputEnded = new Promise((resolve) => child.once('close', resolve));
  const handle = { name, pid: child.pid, exited, lines, stop: (graceMs) => stop(child, exited, stopSignal, graceMs) };
  const ended = exited.then((exit) => (ready === 'exit' && exit.code === 0 ? true : describeExit(exit)));
  const readiness = { problem: '' };
  const late = delay(readyMs).then(() => `was not ready within ${Math.round(readyMs / 1000)} s${readiness.problem}`);
  const outcome = await Promise.race([isReady(ready, watchers, readiness), ended, late]);
  if (outcome === true) return handle;
  await handle.stop(2_000);
  await Promise.race([outputEnded, delay(500)]);
  throw new ServiceError(name, outcome, lines);
}

export function describeExit({ code, signal, error }) {
  if (error) return `could not be started (${error.code ?? error.message})`;
  return signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
}

function isReady(ready, watchers, readiness) {
  if (ready === 'exit') return new Promise(() => {});
  if (ready instanceof RegExp) {
    return new Promise((resolve) => {
      const watch = (line) => {
        if (!ready.test(line)) return;
        watchers.delete(watch);
        resolve(true);
      };
      watchers.add(watch);
    });
  }
  return new Promise((resolve) => {
    const ask = async () => {
      try {
        await ready();
        resolve(true);
      } catch (error) {
        readiness.problem = `: ${error.message}`;
        setTimeout(ask, 100).unref();
      }
    };
    void ask();
  });
}

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** Resolves when the process has ended; after `graceMs` its whole group is killed. */
async function stop(child, exited, signal, graceMs = 15_000) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill(signal);
  const timer = setTimeout(() => killGroup(child.pid), graceMs);
  await exited;
  clearTimeout(timer);
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
