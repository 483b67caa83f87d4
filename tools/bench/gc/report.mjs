// What the benchmark of garbage collection found, as tables and as a section of docs/performance.md.
import { readFileSync } from 'node:fs';
import { describeMachine } from '../machine.mjs';
import { factor, figure, markdownTable, median } from '../table.mjs';

const BEGIN = '<!-- npm run bench -- gc --write: begin -->';
const END = '<!-- npm run bench -- gc --write: end -->';

const sum = (parts) => Object.values(parts).reduce((total, value) => total + value, 0);

/** Times are of a collection from the request to its end; the ratio is that of the medians. */
export function timeTable({ tree, options, samples, registry }) {
  const middle = (list, of) => median(list.map(of));
  const peer = middle(samples.get(registry.name), ({ collection }) => collection.seconds);
  const head = [
    `Collecting ${tree.garbage} of ${tree.blobs} blobs`,
    's',
    'blobs/s',
    'faster',
    'CPU s',
    'import s',
    'import CPU s',
  ];
  const rows = [...samples].map(([name, list]) => {
    const seconds = middle(list, ({ collection }) => collection.seconds);
    const imported = (of) => figure(middle(list, (sample) => sample.import && of(sample.import)));
    return [
      options.rounds > 1 ? `${name} (${range(list)})` : name,
      figure(seconds),
      figure(tree.garbage / seconds),
      factor(peer / seconds),
      cpuText(list),
      imported((job) => job.seconds),
      imported((job) => sum(job.cpu)),
    ];
  });
  return markdownTable(head, rows);
}

const range = (list) => {
  const seconds = list.map(({ collection }) => collection.seconds);
  return `${figure(Math.min(...seconds))} to ${figure(Math.max(...seconds))} s`;
};

/** "12 (registryctl 7, postgres 3)" */
function cpuText(list) {
  const parts = Object.keys(list[0].collection.cpu).map((name) => [
    name,
    median(list.map(({ collection }) => collection.cpu[name])),
  ]);
  const all = figure(median(list.map(({ collection }) => sum(collection.cpu))));
  const named = parts.filter(([, seconds]) => seconds >= 0.05).sort(([, a], [, b]) => b - a);
  return parts.length < 2 ? all : `${all} (${named.map(([name, seconds]) => `${name} ${figure(seconds)}`).join(', ')})`;
}

/** The same load without and with a collection; each turn counted from the moment when it was due. */
export function loadTable({ samples }) {
  const rows = [...samples]
    .filter(([, list]) => list[0].calm)
    .flatMap(([name, list]) => [
      ...loadRows(
        'without a collection',
        name,
        list.map(({ calm }) => calm.load),
      ),
      ...loadRows(
        'during it',
        name,
        list.map(({ busy }) => busy.load),
      ),
    ]);
  return markdownTable(['Pushes and pulls of images', 'images', 'p50 ms', 'p99 ms', 'worst ms', 'errors'], rows);
}

function loadRows(when, name, loads) {
  return ['pushes', 'pulls'].map((kind) => {
    const of = (field) => median(loads.map((load) => load[kind][field]));
    const failures = loads.map((load) => load[kind].failures);
    return [
      `${kind} ${when}; ${name.replace(', pushes and pulls', '')}`,
      figure(loads.reduce((total, load) => total + load[kind].count, 0)),
      ...['p50', 'p99', 'worst'].map((field) => figure(of(field))),
      errorText(failures),
    ];
  });
}

function errorText(failures) {
  const counts = {};
  for (const [what, count] of failures.flatMap(Object.entries)) counts[what] = (counts[what] ?? 0) + count;
  const parts = Object.entries(counts).map(([what, count]) => `${count} × ${what.slice(0, 60).replaceAll('|', '/')}`);
  return parts.join(', ') || '0';
}

/** Between two comments, so that it can be written alone. */
export function gcSection(facts) {
  const template = readFileSync(new URL('performance.template.md', import.meta.url), 'utf8');
  const { tree, live, options, samples, registry, others, dropped, date } = facts;
  const values = {
    DATE: date,
    MACHINE: describeMachine(),
    BLOBS: figure(tree.blobs),
    COMMAND: `npm run bench -- gc --blobs ${options.blobs} --rounds ${options.rounds} --write`,
    ROUNDS: String(options.rounds),
    MEGABYTES: figure(tree.bytes / 1_000_000),
    IMAGES: figure(tree.images),
    GARBAGE: figure(tree.garbage),
    LIVE: figure(live),
    PUSHES: String(options.pushes),
    PULLS: String(options.pulls),
    CACHE: dropped
      ? 'after everything was written out and the page cache was emptied'
      : 'with whatever the page cache held, for it could not be emptied',
    OTHERS: `others used ${figure(others)} cores on average`,
    VERDICT: verdict(samples, registry),
    TIMES: timeTable(facts),
    LOAD: loadTable(facts),
  };
  return `${BEGIN}\n\n${template.replace(/\{([A-Z]+)\}/g, (_, name) => values[name]).trim()}\n\n${END}`;
}

/** Against the goal, by the slowest and by the fastest of our variants. */
function verdict(samples, registry) {
  const seconds = (list) => median(list.map(({ collection }) => collection.seconds));
  const peer = seconds(samples.get(registry.name));
  const factors = [...samples].filter(([name]) => name !== registry.name).map(([, list]) => peer / seconds(list));
  const met = Math.min(...factors) >= 5 ? 'met' : Math.max(...factors) >= 5 ? 'met in part' : 'missed';
  return `The goal is 5×; measured: ${factor(Math.min(...factors))} to ${factor(Math.max(...factors))}, ${met}.`;
}

/** What is there already of `npm run bench -- gc --write`; empty comments when nothing is. */
export function gcSectionOf(path) {
  const [, section] = new RegExp(`(${BEGIN}[^]*${END})`).exec(readFileSync(path, 'utf8')) ?? [];
  return section ?? `${BEGIN}\n\n${END}`;
}

/** Pure. Before "## Run it" when there is none yet. */
export function replaceGcSection(document, section) {
  const start = document.indexOf(BEGIN);
  if (start >= 0) return document.slice(0, start) + section + document.slice(document.indexOf(END) + END.length);
  return document.replace(/^## Run it$/m, () => `${section}\n\n## Run it`);
}
