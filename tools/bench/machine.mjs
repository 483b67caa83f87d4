// CPU time and memory of processes, and how busy the rest of the machine is; from /proc, so Linux only.
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts CPU time in hundredths of a second, whatever its own clock does (USER_HZ). */
const TICKS_PER_SECOND = 100;
const LOOK_MS = 500;
/** More cores than this in use by others, and a sample says little about times. */
export const QUIET_CORES = 0.2;

export function describeMachine() {
  const list = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${list.length} × ${list[0]?.model.trim() ?? 'unknown CPU'}, ${memory} GB, Linux ${release()}, Node ${process.versions.node}`;
}

/**
 * Every process, by number. `ticks`: user and system time, with that of children that have ended; never counts a living
 * process twice.
 * @returns {Map<number, { parent: number, ticks: number }>}
 */
export function processes() {
  const found = new Map();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readText(`/proc/${name}/stat`) : '';
    // The name in parentheses may hold spaces: fields are counted from its end.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    if (fields.length > 15) {
      const [utime, stime, cutime, cstime] = fields.slice(11, 15);
      found.set(Number(name), { parent: fields[1], ticks: utime + stime + cutime + cstime });
    }
  }
  return found;
}

/** The process and all below it. Pure. */
export function treeOf(root, all) {
  const tree = [root];
  const children = new Map();
  for (const [pid, { parent }] of all) children.set(parent, [...(children.get(parent) ?? []), pid]);
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree.filter((pid) => all.has(pid));
}

export const cpuSeconds = (pids, all) =>
  pids.reduce((sum, pid) => sum + (all.get(pid)?.ticks ?? 0), 0) / TICKS_PER_SECOND;

/** CPU time of this process's children that have ended. */
export function endedChildrenSeconds() {
  const stat = readText('/proc/self/stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Megabytes of these processes in memory; pages that they share count for each. */
export function residentMegabytes(pids) {
  const kilobytes = pids.map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0));
  return kilobytes.reduce((sum, kb) => sum + kb, 0) / 1_024;
}

export const commandLine = (pid) => readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');

/** CPU seconds that the whole machine has worked, and those that this process and all below it have. */
export function usage() {
  const [user, nice, system, , , irq, softirq] = readText('/proc/stat')
    .split('\n')[0]
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const all = processes();
  const machine = (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
  return { at: performance.now(), machine, ours: cpuSeconds(treeOf(process.pid, all), all) };
}

/** Cores that others kept busy between two looks. */
export function othersBetween(before, after) {
  const seconds = (after.at - before.at) / 1_000;
  return Math.max(0, after.machine - before.machine - (after.ours - before.ours)) / seconds;
}

/** Waits until the rest of the machine is quiet, `patienceMs` at most; answers how long it took. */
export async function waitForQuiet(patienceMs) {
  const began = performance.now();
  let before = usage();
  while (performance.now() - began < patienceMs) {
    await sleep(LOOK_MS);
    const after = usage();
    if (othersBetween(before, after) < QUIET_CORES) break;
    before = after;
  }
  return performance.now() - began;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}
