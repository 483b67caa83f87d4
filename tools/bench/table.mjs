// Tables as people read them at a terminal and in markdown, and numbers of fitting length.

/**
 * @param {string[]} head
 * @param {string[][]} rows the first column is text, the others are aligned to the right
 */
export function markdownTable(head, rows) {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** Three significant digits, thousands separated by spaces; "–" for what was not measured. */
export function figure(value) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = value >= 1_000 ? Number(value.toPrecision(3)) : Number(value.toFixed(Math.min(digits, 3)));
  return String(rounded).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A factor such as 12.3×. */
export const factor = (value) => (value === undefined || !Number.isFinite(value) ? '–' : `${figure(value)}×`);

/** The middle one; of an even number the mean of the two in the middle. Undefined without values. */
export function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)] + sorted[Math.floor(middle)]) / 2;
}
