// What `npm run bench -- scale` found, as a table and as a section of docs/performance.md.
import { describeMachine } from '../machine.mjs';
import { figure, markdownTable, median } from '../table.mjs';

const BEGIN = '<!-- npm run bench -- scale --write: begin -->';
const END = '<!-- npm run bench -- scale --write: end -->';
export const GOAL_MS = 150;

/** One line for each operation and caller: how many requests, and the slowest of them. */
export function scaleTable(figures) {
  const groups = figures.reduce((map, one) => map.set(keyOf(one), [...(map.get(keyOf(one)) ?? []), one]), new Map());
  const rows = [...groups]
    .map(([, list]) => list.toSorted((a, b) => b.p99 - a.p99))
    .sort(([a], [b]) => b.p99 - a.p99)
    .map((list) => [
      `${list[0].operation}, ${list[0].caller}`,
      String(list.length),
      figure(median(list.map(({ rate }) => rate))),
      figure(median(list.map(({ p50 }) => p50))),
      figure(median(list.map(({ p99 }) => p99))),
      figure(list[0].p99),
      list[0].p99 >= GOAL_MS ? shortened(list[0].path) : '',
    ]);
  return markdownTable(
    ['Operation', 'requests', 'median req/s', 'median p50 ms', 'median p99 ms', 'worst p99 ms', 'the worst'],
    rows,
  );
}

const keyOf = ({ operation, caller }) => `${operation} ${caller}`;

const shortened = (path) => decodeURIComponent(path.split('?')[1] ?? path.split('/').at(-1)).replaceAll('|', '/');

/** Those that miss the goal, the slowest first. Columns: requests per second, milliseconds. */
export function missedTable(figures, goalMs = GOAL_MS) {
  const missed = figures.filter(({ p99 }) => p99 >= goalMs).sort((a, b) => b.p99 - a.p99);
  if (missed.length === 0) return 'None missed the goal.';
  return markdownTable(
    ['Missed', 'req/s', 'p50 ms', 'p99 ms'],
    missed.map(({ operation, caller, path, rate, p50, p99 }) => [
      `${operation}, ${caller}: ${decodeURIComponent(path).replaceAll('|', '/')}`,
      figure(rate),
      figure(p50),
      figure(p99),
    ]),
  );
}

export function scaleSection(figures, { date, scale, seconds }) {
  const met = figures.filter(({ p99 }) => p99 < GOAL_MS).length;
  const others = median(figures.map(({ others }) => others));
  return `${BEGIN}

## The management API with a million artifacts

Written by \`npm run bench -- scale --write\` on ${date}. The goal is a p99 below ${GOAL_MS} ms for each request: ${met} of ${figures.length} meet it.

- Machine: ${describeMachine()}; others used ${figure(others)} cores in the median while it ran.
- The platform holds \`npm run seed -- --scale ${scale}\`. Each request is asked by itself for ${seconds} s over 32 connections
  through the front door (http), load client and platform on the same two cores.
- Every GET of the API document is asked: lists with each filter, each sort and the last page, as administrator, as developer
  of the project ("member") and as nobody where that is allowed. A line below is one operation and caller: "worst" is the
  slowest of its requests, which is named where it misses the goal.

${missedTable(figures)}

${scaleTable(figures)}

${END}`;
}

/** @param {string} text of docs/performance.md */
export function replaceScaleSection(text, figures, options) {
  const section = scaleSection(figures, { ...options, date: new Date().toISOString().slice(0, 10) });
  const there = scaleSectionOf(text);
  if (there) return text.replace(there, () => section);
  return text.replace(/\n## Run it\n/, () => `\n${section}\n\n## Run it\n`);
}

/** Empty when there is none yet. */
export function scaleSectionOf(text) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  return begin < 0 || end < 0 ? '' : text.slice(begin, end + END.length);
}
