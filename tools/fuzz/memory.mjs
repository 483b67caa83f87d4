import { readFileSync, readdirSync } from 'node:fs';

/** Megabytes that processes hold in memory, by name; Linux only. */
export function memoryOf(pids) {
  return pids.flatMap((pid) => {
    const resident = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1];
    return resident ? [Math.round(Number(resident) / 1_024)] : [];
  });
}

/** The process and all below it that run Node services. */
export function servicesBelow(pid) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${name}/status`))?.[1])]);
  const found = [pid];
  for (const parent of found) found.push(...parents.filter(([, of]) => of === parent).map(([child]) => child));
  return found.filter((child) => /dist\/apps\/(core|registry)/.test(read(`/proc/${child}/cmdline`)));
}

/** Undefined when memory stayed flat: the last quarter of samples against the second. */
export function growthOf(samples) {
  const quarter = Math.floor(samples.length / 4);
  if (quarter < 2) return undefined;
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const before = median(samples.slice(quarter, 2 * quarter));
  const after = median(samples.slice(-quarter));
  return after > before * 1.3 + 50 ? `memory grew from ${before} to ${after} MB` : undefined;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
