import { jobCounts } from './job-tables.mjs';
import { retentionIdRows, retentionPolicyRows, scheduleRows, webhookPolicyRows } from './policies.mjs';
import { plan } from './rows.mjs';
import * as rows from './runs.mjs';
import { SCALES } from './scale.mjs';

const first = { project: 10, user_account: 5, repository: 100, artifact: 1_000, blob: 50, tag: 7 };
const policies = { retention_policy: 20, webhook_policy: 30, execution: 40, task: 70 };
const platform = plan(SCALES.small, first);
const now = new Date('2026-03-04T05:06:07Z');
const all = [...rows.runs(platform, policies, now)];
const tasks = [...rows.taskRows(all, policies)];

it('makes tasks that their jobs could have been given', () => {
  const delivery = ['body', 'contentType', 'eventId', 'eventType', 'occurredAt', 'policyId', 'targetId'];
  const takes: Record<string, string[]> = {
    GARBAGE_COLLECTION: ['deleteUntagged', 'dryRun', 'workers'],
    PURGE_AUDIT_LOG: ['dryRun', 'eventTypes', 'retentionHours'],
    RETENTION: ['dryRun', 'policyId', 'repository'],
    WEBHOOK: delivery,
  };
  expect(new Set(tasks.map(([, , type]) => type))).toEqual(new Set(Object.keys(takes)));
  for (const [, , type, payload] of tasks) expect(Object.keys(payload as object).sort()).toEqual(takes[type as string]);
});

it('gives every task its execution and a log, and has ended before now', () => {
  const executions = [...rows.executionRows(all, policies)];
  const ids = new Set(executions.map(([id]) => id));
  for (const [, execution] of tasks) expect(ids).toContain(execution);
  expect([...rows.logRows(all, policies)].map(([id]) => id)).toEqual(tasks.map(([id]) => id));
  for (const row of executions) expect((row.at(-1) as Date).getTime()).toBeLessThan(now.getTime());
  expect(new Set(executions.map((row) => row[6])).size).toBe(executions.length);
});

it('keeps what came back for each attempt', () => {
  const attempts = new Map(tasks.filter(([, , type]) => type === 'WEBHOOK').map((row) => [row[0], row[6]]));
  const found = new Map<unknown, number>();
  for (const [id] of rows.deliveryRows(all, policies)) found.set(id, (found.get(id) ?? 0) + 1);
  expect(found).toEqual(attempts);
});

it('needs no more ids than it asks for', () => {
  const counts = jobCounts(SCALES.small);
  expect(all.length).toBeLessThanOrEqual(counts.execution);
  expect(tasks.length).toBeLessThanOrEqual(counts.task);
});

it('tells in the metadata of each project which policy is its own', () => {
  const policies = [...retentionPolicyRows(platform, 7)].map(([id, project]) => [project, 'retention_id', String(id)]);
  expect([...retentionIdRows(platform, 7)]).toEqual(policies);
});

it('sends nothing anywhere, and deletes nothing unseen', () => {
  for (const row of webhookPolicyRows(platform, 1, () => 'someone')) expect(row.at(-1)).toBe(false);
  for (const row of retentionPolicyRows(platform, 1)) expect(row.at(-1)).toBe(0);
});

it.each(['2026-03-01T23:59:59Z', '2026-03-02T00:00:00Z', '2026-03-08T12:00:00Z'])(
  'is due on a Monday after %s',
  (at) => {
    const [[, , , cron, , next]] = [...scheduleRows(platform, 1, new Date(at))] as [unknown[]];
    expect(cron).toBe('0 0 0 * * 1');
    expect((next as Date).getUTCDay()).toBe(1);
    expect((next as Date).toISOString()).toContain('T00:00:00.000Z');
    const wait = (next as Date).getTime() - Date.parse(at);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(7 * 86_400_000);
  },
);
