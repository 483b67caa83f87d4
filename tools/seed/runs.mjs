// Runs of jobs that have ended, with their tasks, logs and deliveries: the system's, and those of each project. Pure.
import { createHash } from 'node:crypto';
import { PREFIX, tagName } from './content.mjs';
import { hookAddress, targetId } from './policies.mjs';

const HOUR_MS = 3_600_000;
const SYSTEM_RUNS = 7;
const RETENTION_RUNS = 2;
const REPOSITORIES_PER_RUN = 5;
const DELIVERIES = 10;
export const EXECUTIONS_OF_SYSTEM = 2 * SYSTEM_RUNS;
export const EXECUTIONS_PER_PROJECT = RETENTION_RUNS + DELIVERIES;
export const TASKS_PER_PROJECT = RETENTION_RUNS * REPOSITORIES_PER_RUN + DELIVERIES;

/**
 * @typedef {{ payload: object, result: object, runs: number, log: string[], deliveries: unknown[][] }} Task
 * @typedef {{ vendorType: string, vendorId: number, trigger: string, attributes: object, key: string, start: Date, end: Date,
 *   tasks: Task[] }} Run
 */

/**
 * All runs; what each is and how it ended.
 * @param {{ projects: object[], repositories: object[] }} platform
 * @param {{ retention_policy: number, webhook_policy: number }} first ids
 * @param {Date} now they have ended before
 * @returns {Generator<Run>}
 */
export function* runs({ projects, repositories }, first, now) {
  const namesOf = new Map(projects.map(({ id }) => [id, []]));
  for (const { name, project } of repositories) namesOf.get(project.id).push(name);
  const ago = (hours) => new Date(now.getTime() - hours * HOUR_MS);
  for (let index = SYSTEM_RUNS; index > 0; index--) {
    yield collection(index, ago(24 * index));
    yield purge(index, ago(24 * index - 1));
  }
  for (const project of projects) {
    const names = namesOf.get(project.id);
    for (let index = RETENTION_RUNS; index > 0; index--)
      yield retention(
        project,
        { names: names.slice(0, REPOSITORIES_PER_RUN), policy: first.retention_policy, index },
        ago(7 * 24 * index),
      );
    for (let index = DELIVERIES; index > 0; index--)
      yield delivery(
        project,
        { repository: names[index % names.length], policy: first.webhook_policy, index },
        ago(5 * index),
      );
  }
}

const later = (date, seconds) => new Date(date.getTime() + seconds * 1_000);
const done = (task) => ({ runs: 1, deliveries: [], ...task });

function collection(index, start) {
  const parameters = { delete_untagged: index % 2 === 0, dry_run: false, workers: 4 };
  const result = { freed_space: index * 7_340_032, purged_blobs: index * 14, purged_manifests: index * 3 };
  const log = [
    `${result.purged_blobs} blobs to remove, ${result.freed_space} bytes`,
    `removed ${result.purged_blobs} blobs, ${result.freed_space} bytes; 0 could not be removed`,
    `removed ${result.purged_manifests} manifests that nothing needs`,
  ];
  const { delete_untagged: deleteUntagged, dry_run: dryRun, workers } = parameters;
  return {
    ...systemRun('GARBAGE_COLLECTION', index, start),
    attributes: { ...parameters, ...result },
    tasks: [done({ payload: { deleteUntagged, dryRun, workers }, result, log })],
  };
}

function purge(index, start) {
  const eventTypes = ['create_artifact', 'delete_artifact', 'pull_artifact'];
  const result = { purged_entries: index * 1_200 };
  const include = eventTypes.join(',');
  return {
    ...systemRun('PURGE_AUDIT_LOG', index, start),
    attributes: { audit_retention_hour: 8_760, include_event_types: include, dry_run: false, ...result },
    tasks: [
      done({
        payload: { retentionHours: 8_760, eventTypes, dryRun: false },
        result,
        log: [`${result.purged_entries} entries purged`],
      }),
    ],
  };
}

function systemRun(vendorType, index, start) {
  const trigger = index % 3 === 0 ? 'MANUAL' : 'SCHEDULE';
  const key = `${PREFIX}${vendorType}-${index}`;
  return { vendorType, vendorId: -1, trigger, key, start, end: later(start, 40 + index) };
}

function retention(project, { names, policy, index }, start) {
  const policyId = policy + project.index;
  const result = { total: 100, retained: 90 + index };
  return {
    vendorType: 'RETENTION',
    vendorId: policyId,
    trigger: 'MANUAL',
    key: `${PREFIX}retention-${project.index}-${index}`,
    start,
    end: later(start, 12),
    attributes: { dry_run: true, operator: 'admin', ...result },
    tasks: names.map((repository) =>
      done({
        payload: { policyId, repository, dryRun: true },
        result,
        log: [
          `Repository: ${repository}, rule algorithm: or, unit: tag, dry run: true`,
          `${result.retained} of ${result.total} would stay`,
        ],
      }),
    ),
  };
}

/** A push that the receiver was told of; every second at the second attempt. */
function delivery(project, { repository, policy, index }, start) {
  const policyId = policy + project.index;
  const key = `${PREFIX}webhook-${project.index}-${index}`;
  const body = JSON.stringify(pushed(project, repository, { index, start }));
  const address = hookAddress(project);
  const payload = { policyId, targetId: targetId(project), eventId: uuidOf(key), eventType: 'PUSH_ARTIFACT' };
  Object.assign(payload, { occurredAt: start.toISOString(), contentType: 'application/json', body });
  const attempts = index % 2 === 0 ? [503, 200] : [200];
  return {
    vendorType: 'WEBHOOK',
    vendorId: policyId,
    trigger: 'EVENT',
    key,
    start,
    end: later(start, attempts.length * 3),
    attributes: { event_type: 'PUSH_ARTIFACT', payload: body, notify_type: 'http', response_status: 200 },
    tasks: [
      {
        payload,
        result: { response_status: 200 },
        runs: attempts.length,
        log: attempts.flatMap((status) => [
          `POST ${address}, event ${payload.eventId}: ${body}`,
          status === 200 ? 'answered 200 in 41 ms' : `answered ${status}`,
        ]),
        deliveries: attempts.map((status, attempt) =>
          attemptRow({ address, status, attempt, time: later(start, attempt * 3) }),
        ),
      },
    ],
  };
}

/** Of a row: what follows the task's id. */
function attemptRow({ address, status, attempt, time }) {
  const headers = { 'content-type': 'application/json', 'user-agent': 'Breakwater-Webhook/1.0' };
  const succeeded = status === 200;
  const answer = [status, { 'content-type': 'text/plain' }, succeeded ? 'ok' : 'try again later'];
  return [attempt + 1, address, headers, ...answer, succeeded ? '' : `answered ${status}`, 41, time];
}

/** As ecosystem.md tells Harbor's default payload. */
function pushed(project, repository, { index, start }) {
  const [, name] = repository.split('/');
  const seconds = Math.floor(start.getTime() / 1_000);
  return {
    type: 'PUSH_ARTIFACT',
    occur_at: seconds,
    operator: 'admin',
    event_data: {
      resources: [{ tag: tagName(index), resource_url: `localhost/${repository}:${tagName(index)}` }],
      repository: {
        date_created: seconds,
        name,
        namespace: project.name,
        repo_full_name: repository,
        repo_type: 'private',
      },
    },
  };
}

function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** Rows of each table, ids included, in the order of their ids. */
export const executionRows = (all, first) =>
  mapped(
    all,
    ({ run, id }) => [
      id,
      run.vendorType,
      run.vendorId,
      'Success',
      run.trigger,
      run.attributes,
      run.key,
      run.start,
      run.end,
      run.end,
    ],
    first,
  );

export function* taskRows(all, first) {
  for (const { run, id, task, taskId } of tasksOf(all, first))
    yield [
      taskId,
      id,
      run.vendorType,
      task.payload,
      'Success',
      run.start,
      task.runs,
      task.runs - 1,
      task.result,
      run.start,
      run.start,
      run.end,
      run.end,
    ];
}

export function* logRows(all, first) {
  for (const { run, task, taskId } of tasksOf(all, first)) {
    const time = run.start.toISOString().replace(/\.\d+/, '');
    yield [taskId, 1, run.start, task.log.map((line) => `${time} [INFO] ${line}\n`).join('')];
  }
}

export function* deliveryRows(all, first) {
  for (const { task, taskId } of tasksOf(all, first)) for (const row of task.deliveries) yield [taskId, ...row];
}

function* mapped(all, map, first) {
  let id = first.execution;
  for (const run of all) yield map({ run, id: id++ });
}

function* tasksOf(all, first) {
  let id = first.execution;
  let taskId = first.task;
  for (const run of all) {
    for (const task of run.tasks) yield { run, id, task, taskId: taskId++ };
    id++;
  }
}
