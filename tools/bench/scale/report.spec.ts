import { missedTable, replaceScaleSection, scaleSectionOf, scaleTable } from './report.mjs';

const figures = [
  { operation: 'listTags', caller: 'admin', path: '/tags?q=name%3D~v1', rate: 100, p50: 5, p99: 200, others: 0 },
  { operation: 'listTags', caller: 'admin', path: '/tags', rate: 900, p50: 2, p99: 20, others: 0 },
  { operation: 'getPing', caller: 'anonymous', path: '/ping', rate: 9_000, p50: 1, p99: 4, others: 0 },
];

it('has a line for each operation and caller, and names the slowest where it misses the goal', () => {
  const lines = scaleTable(figures).split('\n').slice(2);
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells.map(([, name, requests]) => [name, requests])).toEqual([
    ['listTags, admin', '2'],
    ['getPing, anonymous', '1'],
  ]);
  expect(cells.map((row) => row.at(-2))).toEqual(['q=name=~v1', '']);
});

it('names what missed', () => {
  expect(missedTable(figures)).toContain('listTags, admin: /tags?q=name=~v1');
  expect(missedTable(figures.slice(1))).toBe('None missed the goal.');
});

it('writes its section once, before how to run it', () => {
  const options = { scale: 'full', seconds: 1 };
  const once = replaceScaleSection('# Performance\n\n## Run it\n', figures, options);
  const twice = replaceScaleSection(once, figures.slice(1), options);
  expect(scaleSectionOf(once)).toContain('2 of 3 meet it');
  expect(scaleSectionOf(twice)).toContain('2 of 2 meet it');
  expect(twice.match(/## Run it/g)).toHaveLength(1);
});
