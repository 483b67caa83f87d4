import { Logger } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScrape } from '@breakwater/testing';
import { groupsOfService, metricNamesOf, type ServiceName } from './metric-table';
import { Metrics } from './metrics';

const deploy = join(__dirname, '../../../../deploy');
const read = (path: string): string => readFileSync(join(deploy, path), 'utf8');

interface Panel {
  title: string;
  targets?: { expr: string }[];
}
const { panels, templating } = JSON.parse(read('grafana/breakwater.json')) as {
  panels: Panel[];
  templating: { list: { definition?: string }[] };
};

const named = (text: string): string[] =>
  text.match(/\b(?:harbor|registry|breakwater|process|nodejs)_[a-z0-9_]+/g) ?? [];
/** `x_seconds` for `x_seconds_bucket`. */
const withoutPart = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');

/** What the services answer: the table (the metrics.int.spec.ts of each holds it against a scrape) and the process. */
async function exported(): Promise<Set<string>> {
  const own = (Object.keys(groupsOfService) as ServiceName[]).flatMap(metricNamesOf);
  const metrics = new Metrics(true);
  const text = await metrics.registry.metrics();
  metrics.registry.clear();
  return new Set([...own, ...[...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)]);
}

it.each([
  ['dashboard', panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n')],
  ['variables of the dashboard', templating.list.map(({ definition = '' }) => definition).join('\n')],
  ['alert rules', read('prometheus/breakwater.rules.yml')],
])('the %s ask for metrics that exist', async (_, text) => {
  const known = await exported();
  const names = named(text);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !known.has(name) && !known.has(withoutPart(name)))).toEqual([]);
});

it('the dashboard shows every part of the platform', () => {
  const rows = panels.filter(({ targets }) => !targets).map(({ title }) => title);
  expect(rows).toEqual([
    ...['Now', 'Traffic', 'Errors', 'Latency', 'Cache', 'Push path'],
    ...['Postgres', 'Redis and queues', 'Storage', 'Processes'],
  ]);
});

it('what cannot be read is left out of a scrape, and said', async () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const metrics = new Metrics(false);
  metrics.collect('breakwater_redis_up', () => Promise.reject(new Error('away')));
  metrics.collect('breakwater_lease_valid', () => [{ value: 1 }]);
  await metrics.registry.metrics();
  const now = readScrape(await metrics.registry.metrics());
  expect(now.value('breakwater_redis_up')).toBeUndefined();
  expect(now.value('breakwater_lease_valid')).toBe(1);
  expect(now.value('breakwater_scrape_errors_total', { metric: 'breakwater_redis_up' })).toBeGreaterThan(0);
  expect(warn).toHaveBeenCalledTimes(2);
});
