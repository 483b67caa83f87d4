// Writes policies, schedules, and the runs of jobs that have ended.
import {
  immutableRuleRows,
  retentionIdRows,
  retentionPolicyRows,
  scheduleRows,
  webhookPolicyRows,
} from './policies.mjs';
import {
  deliveryRows,
  EXECUTIONS_OF_SYSTEM,
  EXECUTIONS_PER_PROJECT,
  executionRows,
  logRows,
  runs,
  TASKS_PER_PROJECT,
  taskRows,
} from './runs.mjs';

/** What each table needs ids for, at most. */
export const jobCounts = ({ projects }) => ({
  retention_policy: projects,
  immutable_rule: projects,
  webhook_policy: projects,
  execution: EXECUTIONS_OF_SYSTEM + projects * EXECUTIONS_PER_PROJECT,
  task: EXECUTIONS_OF_SYSTEM + projects * TASKS_PER_PROJECT,
});

/** @param {(table: string, columns: string[], rows: Iterable<unknown[]>) => Promise<void>} copy */
export async function writePolicies(copy, platform, { first, now, creatorOf }) {
  const retention = ['id', 'project_id', 'rules', 'unit', 'keep_signed', 'confirm_above'];
  await copy('retention_policy', retention, retentionPolicyRows(platform, first.retention_policy));
  await copy('project_metadata', ['project_id', 'name', 'value'], retentionIdRows(platform, first.retention_policy));
  const schedule = ['vendor_type', 'vendor_id', 'cron_type', 'cron', 'parameters', 'next_time'];
  await copy('schedule', schedule, scheduleRows(platform, first.retention_policy, now));
  const immutable = ['id', 'project_id', 'rule', 'selector_digest'];
  await copy('immutable_rule', immutable, immutableRuleRows(platform, first.immutable_rule));
  const webhook = ['id', 'project_id', 'name', 'description', 'targets', 'event_types', 'creator', 'enabled'];
  await copy('webhook_policy', webhook, webhookPolicyRows(platform, first.webhook_policy, creatorOf));
}

/** The runs are made anew for each table, so memory stays small. */
export async function writeRuns(copy, platform, { first, now }) {
  const all = () => runs(platform, first, now);
  const execution = ['id', 'vendor_type', 'vendor_id', 'status', 'trigger', 'extra_attrs', 'key', 'start_time'];
  await copy('execution', [...execution, 'update_time', 'end_time'], executionRows(all(), first));
  const task = ['id', 'execution_id', 'job_type', 'payload', 'status', 'run_at', 'run', 'failures', 'extra_attrs'];
  const times = ['creation_time', 'start_time', 'update_time', 'end_time'];
  await copy('task', [...task, ...times], taskRows(all(), first));
  await copy('task_log', ['task_id', 'sequence', 'creation_time', 'text'], logRows(all(), first));
  const request = ['task_id', 'attempt', 'address', 'request_headers'];
  const response = ['response_status', 'response_headers', 'response_body', 'error', 'duration_ms', 'creation_time'];
  await copy('webhook_delivery', [...request, ...response], deliveryRows(all(), first));
}
