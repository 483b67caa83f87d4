// Memory of the processes of a platform, by name; from /proc, so Linux only.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, processes, treeOf } from '../bench/machine.mjs';

const NAMES = [
  ['core', /apps\/core\//],
  ['registry', /apps\/registry\//],
  ['registryctl', /apps\/registryctl\//],
  ['jobservice', /apps\/jobservice\//],
  ['notary-server', /apps\/notary-server\//],
  ['notary-signer', /apps\/notary-signer\//],
  ['postgres', /postgres/],
  ['nginx', /nginx/],
  ['redis', /redis-server/],
];

/**
 * Kilobytes of every process below `root`, itself included. `pss`: pages that several share are divided among them, so
 * that the sum is what the platform takes; `rss`: they count for each.
 * @returns {{ pid: number, name: string, pss: number, rss: number }[]}
 */
export function memoryBelow(root) {
  return treeOf(root, processes()).flatMap((pid) => {
    const { pss, rss } = memoryOf(pid);
    if (rss === 0) return [];
    const line = commandLine(pid);
    const name = NAMES.find(([, pattern]) => pattern.test(line))?.[0] ?? 'supervisor';
    return [{ pid, name, pss, rss }];
  });
}

export function memoryOf(pid) {
  const text = read(`/proc/${pid}/smaps_rollup`);
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return { pss: field('Pss'), rss: field('Rss') };
}

/** Looks every `everyMs` until `stop()`, which gives the most that each name's largest process and all of it together took. */
export function watchMemory(root, everyMs = 2_000) {
  const most = new Map();
  let isOver = false;
  const look = () => {
    for (const [name, list] of groupByName(memoryBelow(root))) {
      const before = most.get(name) ?? { processes: 0, largest: 0, sum: 0 };
      most.set(name, {
        processes: Math.max(before.processes, list.length),
        largest: Math.max(before.largest, ...list.map(({ rss }) => rss)),
        sum: Math.max(
          before.sum,
          list.reduce((sum, { pss }) => sum + pss, 0),
        ),
      });
    }
  };
  const watching = (async () => {
    while (!isOver) {
      look();
      await sleep(everyMs);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await watching;
      look();
      return most;
    },
  };
}

export function groupByName(list) {
  const groups = new Map();
  for (const item of list) groups.set(item.name, [...(groups.get(item.name) ?? []), item]);
  return groups;
}

export const megabytes = (kilobytes) => `${Math.round(kilobytes / 1_024)} MB`;

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
