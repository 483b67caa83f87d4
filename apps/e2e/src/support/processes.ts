import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessInfo {
  pid: number;
  commandLine: string;
}

/** What `read` gives, or undefined when the process (or file) has gone in the meantime. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const numbers = (names: string[]) => names.map(Number).filter(Number.isInteger);

/** The process and everything below it. */
export function processTree(root: number): ProcessInfo[] {
  const children = new Map<number, number[]>();
  for (const pid of numbers(readdirSync('/proc'))) {
    const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
    // The name in brackets may hold anything; the parent's number is the second field after it.
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)];
  return below(root).flatMap((pid) => {
    const commandLine = ifThere(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      ?.replaceAll('\0', ' ')
      .trim();
    return commandLine === undefined ? [] : [{ pid, commandLine }];
  });
}

/** Resident memory in bytes; 0 for a process that has gone. */
export function residentBytes(pid: number): number {
  const status = ifThere(() => readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0) * 1024;
}

/** What the process holds open, as /proc names it: paths (an unlinked one ends in " (deleted)"), `socket:[inode]`, … */
export function descriptors(pid: number): string[] {
  const numbersOpen = ifThere(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return numbersOpen.flatMap((fd) => ifThere(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? []);
}

/** The process, and those below it, that hold the other end of our IPv4 connection from `localPort`. */
export function peersOf(localPort: number): (root: number) => ProcessInfo[] {
  const wanted = localPort.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  // Columns (proc(5)): sl, local_address, rem_address, st, …; the tenth is the inode.
  const inodes = rows.filter(([, , remote]) => remote?.endsWith(`:${wanted}`)).map((row) => `socket:[${row[9]}]`);
  return (root) => processTree(root).filter(({ pid }) => descriptors(pid).some((target) => inodes.includes(target)));
}
