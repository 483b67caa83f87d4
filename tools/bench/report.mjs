// What a run found, as tables.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { budget } from './budget.mjs';
import { describeMachine, QUIET_CORES } from './machine.mjs';
import { factor, figure, markdownTable } from './table.mjs';

export const DOCUMENT = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));

const UNITS = { request: 'requests', image: 'images', megabyte: 'MB' };
const MICROSECONDS = 1_000_000;
/** CPU time of large bodies is told per 100 MB. */
const MEGABYTES_EACH = 100;

/** @param {import('./scenarios.mjs').Scenario} scenario @param {Map<string, object>} rows per door */
export function scenarioTable({ title, counts }, rows) {
  const unit = UNITS[counts];
  const each = counts === 'megabyte' ? MEGABYTES_EACH : 1;
  const head = [title, `${unit}/s`, 'p50 ms', 'p99 ms', `${unit} per CPU-s`];
  head.push(counts === 'megabyte' ? 'CPU ms per 100 MB' : 'CPU µs each', 'MB', '× 2.8.2', '× dist. 3', 'others');
  const ratioTo = (row, peer) => factor(row.perCpuSecond / rows.get(peer)?.perCpuSecond);
  const body = [...rows].map(([, row]) => [
    row.name + failureNote(row),
    figure(row.rate),
    figure(row.p50),
    figure(row.p99),
    figure(row.perCpuSecond),
    counts === 'megabyte' ? figure((each * 1_000) / row.perCpuSecond) : cpuShares(row),
    figure(row.memory),
    ratioTo(row, 'docker-registry'),
    ratioTo(row, 'distribution-3'),
    figure(row.others),
  ]);
  return markdownTable(head, body);
}

function failureNote({ failed, statuses, problem }) {
  if (problem !== undefined) return ` (failed: ${problem.slice(0, 80).replaceAll('|', '/')})`;
  return failed > 0 ? ` (${failed} failed: ${statuses.join(', ')})` : '';
}

/** "41 (registry 30, nginx 8, postgres 3)" for a server of several parts. */
function cpuShares({ shares }) {
  const parts = Object.entries(shares).filter(([, seconds]) => seconds > 0);
  const sum = parts.reduce((total, [, seconds]) => total + seconds, 0);
  const all = parts.length > 0 ? figure(sum * MICROSECONDS) : '–';
  if (parts.length < 2) return all;
  return `${all} (${parts.map(([name, seconds]) => `${name} ${figure(seconds * MICROSECONDS)}`).join(', ')})`;
}

/** @param {{ onlyMeasured?: boolean }} [options] onlyMeasured: without lines that were not asked for */
export function budgetTable(results, { onlyMeasured = false } = {}) {
  const lines = budget(results).filter(({ verdict }) => !onlyMeasured || verdict !== 'not measured');
  const rows = lines.map(({ text, wanted, measured, verdict }) => [text, wanted, measured, verdict]);
  return markdownTable(['The budget', 'wanted', 'measured', ''], rows);
}

/** Empty on a quiet machine. */
export function noiseNote(results) {
  const rows = [...results.values()].flatMap((rows) => [...rows.values()]);
  const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
  if (sum('noisy') === 0) return '';
  return (
    `The machine was not quiet: during ${sum('noisy')} of ${sum('samples')} samples others used more than ${QUIET_CORES} cores ` +
    '(column "others": the median). Times and rates are provisional; figures per CPU-second suffer less.'
  );
}

/** docs/performance.md. `gc`: the section that `npm run bench -- gc --write` has written. */
export function document({ tables, results, skipped, options, date, gc }) {
  const template = readFileSync(new URL('performance.template.md', import.meta.url), 'utf8');
  const values = {
    DATE: date,
    MACHINE: describeMachine(),
    SAMPLES: `${options.rounds} rounds of ${options.seconds} s${options.quick ? ' (--quick)' : ''}${options.pin ? ', pinned (--pin)' : ''}`,
    IMAGES: String(options.repositories * options.tagsPerRepository),
    NOISE: noiseNote(results) || 'The machine was quiet: others used less than 0.2 cores during every sample.',
    SKIPPED: skipped.length > 0 ? `Not here, so left out: ${skipped.join('; ')}.` : 'Every target was here.',
    BUDGET: budgetTable(results),
    GC: gc,
    TABLES: tables.join('\n\n'),
  };
  return template.replace(/\{([A-Z]+)\}/g, (_, name) => values[name]);
}
