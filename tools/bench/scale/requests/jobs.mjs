// What is asked about jobs, policies and schedules. Pure.
import { filters, lists, PAGED, PAGES, RUNS } from './parameters.mjs';

const POLICIES = [...PAGES, ...lists('id', 'name', 'creation_time'), ...filters('name=ci', 'name=~c', 'enabled=false')];

export function jobs(places) {
  return {
    ...webhooks(places),
    ...webhookRuns(places),
    ...retentions(places),
    ...systemJobs(places),
    ...jobService(places),
  };
}

function webhooks({ project, webhook, systemWebhook }) {
  const inside = `/projects/${project.name}/webhook`;
  const policy = `${inside}/policies/${webhook.id}`;
  const systemPolicy = `/system/webhook/policies/${systemWebhook.id}`;
  return {
    ListWebhookPoliciesOfProject: { path: `${inside}/policies`, parameters: POLICIES },
    GetWebhookPolicyOfProject: { path: policy },
    ListDeliveriesOfWebhookPolicy: { path: `${policy}/deliveries`, parameters: PAGED },
    LastTrigger: { path: `${inside}/lasttrigger` },
    GetSupportedEventTypes: { path: `${inside}/events` },
    ListWebhookJobs: {
      path: `${inside}/jobs`,
      parameters: [`policy_id=${webhook.id}`, `policy_id=${webhook.id}&status=Success`],
    },
    ListWebhookPoliciesOfSystem: { path: '/system/webhook/policies', parameters: POLICIES },
    GetWebhookPolicyOfSystem: { path: systemPolicy },
    ListDeliveriesOfSystemWebhookPolicy: { path: `${systemPolicy}/deliveries`, parameters: PAGED },
  };
}

function webhookRuns({ project, webhook, webhookRun, systemWebhook }) {
  const policy = `/projects/${project.name}/webhook/policies/${webhook.id}`;
  const systemPolicy = `/system/webhook/policies/${systemWebhook.id}`;
  const tasks = [...PAGES, ...lists('id', 'status', 'creation_time'), ...filters('status=Success')];
  const ofPolicy = (path, execution, task) => [
    [path, RUNS],
    [`${path}/${execution}/tasks`, tasks],
    [`${path}/${execution}/tasks/${task}/log`, undefined],
  ];
  const named = (names, pairs) =>
    Object.fromEntries(names.map((name, at) => [name, { path: pairs[at][0], parameters: pairs[at][1] }]));
  return {
    ...named(
      ['ListExecutionsOfWebhookPolicy', 'ListTasksOfWebhookExecution', 'GetLogsOfWebhookTask'],
      ofPolicy(`${policy}/executions`, webhookRun.id, webhookRun.task),
    ),
    ...named(
      ['ListExecutionsOfSystemWebhookPolicy', 'ListTasksOfSystemWebhookExecution', 'GetLogsOfSystemWebhookTask'],
      ofPolicy(`${systemPolicy}/executions`, 1, 1),
    ),
  };
}

function retentions({ retention, retentionRun }) {
  const path = `/retentions/${retention.id}`;
  return {
    getRentenitionMetadata: { path: '/retentions/metadatas' },
    getRetention: { path },
    listRetentionExecutions: { path: `${path}/executions`, parameters: PAGED },
    listRetentionTasks: { path: `${path}/executions/${retentionRun.id}/tasks`, parameters: PAGED },
    getRetentionTaskLog: { path: `${path}/executions/${retentionRun.id}/tasks/${retentionRun.task}` },
  };
}

function systemJobs({ gc, purge }) {
  return {
    listSchedules: { path: '/schedules', parameters: PAGED },
    getSchedulePaused: { path: '/schedules/all/paused' },
    getGCHistory: { path: '/system/gc', parameters: RUNS },
    getGCSchedule: { path: '/system/gc/schedule' },
    getGC: { path: `/system/gc/${gc.id}` },
    getGCLog: { path: `/system/gc/${gc.id}/log` },
    listScrubs: { path: '/system/scrub', parameters: RUNS },
    getScrubSchedule: { path: '/system/scrub/schedule' },
    getScrub: { path: '/system/scrub/1' },
    getScrubLog: { path: '/system/scrub/1/log' },
    getPurgeHistory: { path: '/system/purgeaudit', parameters: RUNS },
    getPurgeSchedule: { path: '/system/purgeaudit/schedule' },
    getPurgeJob: { path: `/system/purgeaudit/${purge.id}` },
    getPurgeJobLog: { path: `/system/purgeaudit/${purge.id}/log` },
    listStorageImports: { path: '/system/import', parameters: RUNS },
    getStorageImport: { path: '/system/import/1' },
    getStorageImportLog: { path: '/system/import/1/log' },
  };
}

function jobService({ webhookRun }) {
  return {
    listJobQueues: { path: '/jobservice/queues' },
    getWorkerPools: { path: '/jobservice/pools' },
    getWorkers: { path: '/jobservice/pools/all/workers' },
    actionGetJobLog: { path: `/jobservice/jobs/${webhookRun.task}/log` },
    followExecution: { path: `/jobservice/executions/${webhookRun.id}/events` },
  };
}
