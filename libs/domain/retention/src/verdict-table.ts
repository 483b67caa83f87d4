import type { Verdict } from './evaluate';

const header = ['Digest', 'Tag', 'Kind', 'Labels', 'PushedTime', 'PulledTime', 'CreatedTime', 'Retention', 'Reason'];

/** The lines of Harbor's table, with a column more: why. */
export function verdictTable(verdicts: readonly Verdict[]): string[] {
  const rows = [header, ...verdicts.map(rowOf)];
  const widths = header.map((_, column) => rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(header), rule, ...rows.slice(1).map(line)];
}

function rowOf({ candidate, outcome, reason }: Verdict): string[] {
  const { artifact, tags, pushTime, pullTime } = candidate;
  // The platform has no labels yet.
  return [
    artifact.digest,
    tags.join(','),
    artifact.type.toLowerCase(),
    '',
    timeOf(pushTime),
    timeOf(pullTime),
    timeOf(artifact.creationTime),
    outcome,
    reason,
  ];
}

/** `2026/11/23 12:00:00`, UTC. */
function timeOf(time: Date | null): string {
  return time === null ? '' : time.toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
