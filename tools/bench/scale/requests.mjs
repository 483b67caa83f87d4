// What is asked of every GET of the management API: as people do, and as nobody should. Pure.

const lists = (...names) => names.flatMap((name) => [`sort=${name}`, `sort=-${name}`]);
const filters = (...texts) => texts.map((text) => `q=${encodeURIComponent(text)}`);
/** Resolved by asking for the total first. */
export const LAST_PAGE = 'page=LAST';
const PAGES = ['', 'page_size=100', LAST_PAGE];

const EVERYTHING = [
  'with_tag=true&with_label=true&with_accessory=true&with_scan_overview=true&with_sbom_overview=true' +
    '&with_inherited_accessory=true&with_immutable_status=true&page_size=100',
];
const ARTIFACT_SORTS = lists(
  'push_time',
  'pull_time',
  'size',
  'digest',
  'type',
  'media_type',
  'artifact_type',
  'id',
  'repository_id',
  'repository_name',
);
const artifactFilters = ({ signed, label, projectLabel }) =>
  filters(
    `digest=${signed.digest}`,
    `digest=~${signed.digest.slice(7, 13)}`,
    'type=IMAGE',
    'type={IMAGE CHART}',
    'media_type=~oci',
    'size=[1~900]',
    'push_time=[2025-01-05T00:00:00~2025-01-06T00:00:00]',
    'push_time=[2025-01-05T00:00:00~]',
    'pull_time=[2025-01-05T00:00:00~]',
    'tags=*',
    'tags=nil',
    `tags=${signed.tag}`,
    'tags=~v1.1',
    'tags=~v1.1,type=IMAGE',
    'tags=~nothing',
    `labels=(${label.id})`,
    `labels=(${label.id} ${projectLabel.id})`,
    'base=*',
    'repository_name=~api',
  );
const AUDIT = [
  ...PAGES,
  ...lists('op_time', 'username', 'operation', 'resource', 'resource_type', 'id'),
  ...filters(
    'operation=create',
    'operation=nothing',
    'operation=~ull',
    'username=seed-user-0001',
    'username=~user-00',
    'resource_type=artifact',
    'resource=~api-00001',
    'operation_result=false',
    'op_time=[2026-01-01 00:00:00~2036-01-01 00:00:00]'.replaceAll(' 00', 'T00'),
    'source_address=192.0.2.7',
  ),
];
const NAMES = ['name=~api', 'name=~9', 'name=nothing'];
const RUNS = [
  ...PAGES,
  ...lists('id', 'start_time', 'update_time', 'status'),
  ...filters('status=Success', 'status=Error', 'trigger=MANUAL'),
];
const POLICIES = [...PAGES, ...lists('id', 'name', 'creation_time'), ...filters('name=ci', 'name=~c', 'enabled=false')];
const PAGED = ['', LAST_PAGE];

/**
 * Paths below /api/v2.0 and the parameters of each, by operationId. An operation that is missing fails a test.
 * `path` may be a list: the same operation of several things.
 * @returns {Record<string, { path: string | string[], parameters?: string[] }>}
 */
export function requestsOf(places) {
  return { ...content(places), ...projects(places), ...people(places), ...jobs(places), ...system(places) };
}

function content(places) {
  const { project, open, repository, multi, chart, openRepository, signed, index, chartArtifact, openArtifact } =
    places;
  const inside = `/projects/${project.name}/repositories/${repository.name}`;
  const insideMulti = `/projects/${project.name}/repositories/${multi.name}`;
  const insideOpen = `/projects/${open.name}/repositories/${openRepository.name}`;
  const artifacts = [
    `${inside}/artifacts/${signed.digest}`,
    `${inside}/artifacts/${signed.tag}`,
    `${insideMulti}/artifacts/${index.tag}`,
    `${insideOpen}/artifacts/${openArtifact.tag}`,
  ];
  const of = (suffix) => artifacts.map((path) => path + suffix);
  const artifactParameters = [...PAGES, ...EVERYTHING, ...ARTIFACT_SORTS, ...artifactFilters(places)];
  const tagParameters = [
    ...PAGES,
    ...lists('name', 'push_time', 'pull_time', 'id'),
    ...filters(`name=${signed.tag}`, 'name=~v1', 'push_time=[2025-01-05T00:00:00~]'),
  ];
  const history = [
    ...PAGES,
    ...lists('id', 'time', 'name', 'actor', 'digest'),
    ...filters('name=~v1.1', 'name=latest', 'actor=nobody', `digest=${signed.digest}`, 'time=[2025-01-05T00:00:00~]'),
  ];
  const deleted = [
    ...PAGES,
    ...lists('delete_time', 'push_time', 'size', 'digest', 'repository_name', 'deleted_by'),
    ...filters(
      'deleted_by=admin',
      'repository_name=~api',
      'digest=~abcdef',
      'type=IMAGE',
      'purge_time=[2026-01-01T00:00:00~]',
    ),
  ];
  return {
    listArtifactsOfProject: {
      path: [`/projects/${project.name}/artifacts`, `/projects/${open.name}/artifacts`],
      parameters: [
        ...artifactParameters,
        `latest_in_repository=true&${filters('media_type=application/vnd.oci.image.config.v1+json')[0]}`,
        `latest_in_repository=true&${filters('media_type=application/vnd.cncf.helm.config.v1+json')[0]}`,
      ],
    },
    listArtifacts: {
      path: [`${inside}/artifacts`, `${insideMulti}/artifacts`, `${insideOpen}/artifacts`],
      parameters: artifactParameters,
    },
    getArtifact: { path: artifacts, parameters: ['', EVERYTHING[0]] },
    getVulnerabilitiesAddition: { path: of('/additions/vulnerabilities') },
    getAddition: {
      path: [
        `${inside}/artifacts/${signed.digest}/additions/build_history`,
        `/projects/${project.name}/repositories/${chart.name}/artifacts/${chartArtifact.tag}/additions/readme.md`,
      ],
    },
    listTags: { path: of('/tags'), parameters: [...tagParameters, 'with_immutable_status=true'] },
    listAccessories: {
      path: of('/accessories'),
      parameters: [
        ...PAGES,
        ...lists('creation_time', 'size', 'type'),
        ...filters('type=signature.cosign', 'digest=~ab'),
      ],
    },
    getArtifactStorage: { path: of('/storage') },
    listDeletedArtifactsOfProject: { path: `/projects/${project.name}/deleted-artifacts`, parameters: deleted },
    listDeletedArtifacts: { path: `${inside}/deleted-artifacts`, parameters: deleted },
    getIcon: { path: `/icons/${places.icon}` },
    listAllRepositories: {
      path: '/repositories',
      parameters: [
        ...PAGES,
        ...lists('name', 'creation_time', 'update_time', 'pull_count', 'id'),
        ...filters(...NAMES, 'pull_count=[1~500]', `project_id=${project.id}`, 'description=~ask'),
      ],
    },
    listRepositories: {
      path: [`/projects/${project.name}/repositories`, `/projects/${open.name}/repositories`],
      parameters: [
        ...PAGES,
        ...lists('name', 'creation_time', 'update_time', 'pull_count', 'id'),
        ...filters(...NAMES, 'pull_count=[1~500]'),
      ],
    },
    getRepository: { path: [inside, insideOpen] },
    getRepositoryStorage: { path: [inside, insideOpen].map((path) => `${path}/storage`) },
    listRepositoryTags: {
      path: [`${inside}/tags`, `${insideOpen}/tags`],
      parameters: [
        ...PAGES,
        ...lists('version', 'name', 'push_time', 'pull_time', 'size', 'digest', 'type', 'artifact_id'),
        ...filters(
          'name=latest',
          'name=~v1.1',
          'name=~nothing',
          'size=[1~900]',
          'type=IMAGE',
          'push_time=[2025-01-05T00:00:00~]',
          `digest=${signed.digest}`,
        ),
      ],
    },
    listTagHistory: { path: [`${inside}/tag-history`, `${insideOpen}/tag-history`], parameters: history },
    getTagHistory: { path: `${inside}/tags/latest/history`, parameters: history },
    search: { path: '/search', parameters: ['q=api', 'q=seed', 'q=-00001', 'q=zzz', 'q=e', 'q='] },
    searchArtifacts: {
      path: '/search/artifacts',
      parameters: [
        `digest=${signed.digest}`,
        `digest=${signed.digest.slice(7, 13)}`,
        'tag=latest',
        'tag=v1*',
        'tag=v9.9*',
        'tag=nothing*',
        'tag=latest&page_size=100',
        'annotation=channel=nightly',
        'annotation=channel=never',
      ],
    },
  };
}

function projects(places) {
  const { project, open, quota, member, label } = places;
  const inside = `/projects/${project.name}`;
  return {
    listProjects: {
      path: '/projects',
      parameters: [
        ...PAGES,
        ...lists('name', 'creation_time', 'update_time', 'owner_name'),
        ...filters(...NAMES, 'public=true', 'owner=seed-user-0001', 'creation_time=[2025-01-05T00:00:00~]'),
        'name=shop',
        'public=true',
        'owner=seed-user-0001',
        'with_detail=false',
      ],
    },
    getProject: { path: [inside, `/projects/${project.id}`, `/projects/${open.name}`] },
    getProjectDeletable: { path: `${inside}/_deletable` },
    getProjectSummary: { path: [`${inside}/summary`, `/projects/${open.name}/summary`] },
    getProjectDeletion: { path: '/project-deletions/1' },
    getProjectStorage: { path: [`${inside}/storage`, `/projects/${open.name}/storage`] },
    listRepositoryStorage: {
      path: `${inside}/storage/repositories`,
      parameters: [
        ...PAGES,
        ...lists('bytes', 'unique_bytes', 'shared_bytes', 'artifact_count', 'tag_count', 'repository_name'),
        ...filters('repository_name=~api', 'bytes=[1~5000]', 'shared_bytes=[1~]'),
      ],
    },
    listProjectMetadatas: { path: `${inside}/metadatas/` },
    getProjectMetadata: { path: `${inside}/metadatas/public` },
    listProjectMembers: { path: `${inside}/members`, parameters: [...PAGED, 'entityname=user', 'entityname=nobody'] },
    getProjectMember: { path: `${inside}/members/${member.id}` },
    getLogs: { path: `${inside}/logs`, parameters: AUDIT },
    getLogExts: { path: `${inside}/auditlog-exts`, parameters: AUDIT },
    ListImmuRules: {
      path: `${inside}/immutabletagrules`,
      parameters: [...PAGES, ...lists('id', 'creation_time'), ...filters('disabled=false')],
    },
    ListLabels: {
      path: '/labels',
      parameters: [
        ...['scope=g', `scope=p&project_id=${project.id}`].flatMap((scope) => [
          scope,
          `${scope}&name=seed`,
          `${scope}&sort=-creation_time`,
          `${scope}&${filters('name=~re')[0]}`,
        ]),
      ],
    },
    GetLabelByID: { path: `/labels/${label.id}` },
    listQuotas: {
      path: '/quotas',
      parameters: [
        ...PAGES,
        ...lists('used.storage', 'hard.storage', 'creation_time'),
        `reference=project&reference_id=${project.id}`,
      ],
    },
    getQuota: { path: `/quotas/${quota.id}` },
    getStatistic: { path: '/statistics' },
  };
}

function people({ project, user, group, robot }) {
  return {
    listUsers: {
      path: '/users',
      parameters: [
        ...PAGES,
        ...lists('username', 'email', 'creation_time', 'user_id', 'realname'),
        ...filters(
          'username=seed-user-0001',
          'username=~user-00',
          'username=~nobody',
          'email=~9@',
          'sysadmin_flag=true',
        ),
        'username=user-00',
        'email=example.com',
      ],
    },
    searchUsers: {
      path: '/users/search',
      parameters: ['username=user-00', 'username=seed', 'username=nobody', `username=seed&${LAST_PAGE}`],
    },
    getUser: { path: `/users/${user.id}` },
    getCurrentUserInfo: { path: '/users/current' },
    getCurrentUserPermissions: {
      path: '/users/current/permissions',
      parameters: ['', `scope=/project/${project.id}&relative=true`],
    },
    listSessions: { path: `/users/${user.id}/sessions` },
    listAccessTokens: { path: '/users/SELF/access-tokens', parameters: PAGED },
    listUserGroups: { path: '/usergroups', parameters: [...PAGED, 'group_name=group-1', 'ldap_group_dn=cn=nobody'] },
    searchUserGroups: { path: '/usergroups/search', parameters: ['groupname=group-1', 'groupname=nobody'] },
    getUserGroup: { path: `/usergroups/${group.id}` },
    ListRobot: {
      path: '/robots',
      parameters: [
        ...PAGES,
        ...lists('name', 'creation_time', 'expires_at'),
        ...filters('Level=system', `Level=project,ProjectID=${project.id}`, 'name=~robot-1', 'disabled=false'),
      ],
    },
    GetRobotByID: { path: `/robots/${robot.id}` },
    getPermissions: { path: '/permissions' },
  };
}

function jobs(places) {
  const { project, gc, purge, retention, retentionRun, webhook, webhookRun, systemWebhook } = places;
  const retentions = `/retentions/${retention.id}`;
  const webhooks = `/projects/${project.name}/webhook`;
  const policy = `${webhooks}/policies/${webhook.id}`;
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
    ListWebhookPoliciesOfProject: { path: `${webhooks}/policies`, parameters: POLICIES },
    GetWebhookPolicyOfProject: { path: policy },
    ListDeliveriesOfWebhookPolicy: { path: `${policy}/deliveries`, parameters: PAGED },
    LastTrigger: { path: `${webhooks}/lasttrigger` },
    GetSupportedEventTypes: { path: `${webhooks}/events` },
    ListWebhookJobs: {
      path: `${webhooks}/jobs`,
      parameters: [`policy_id=${webhook.id}`, `policy_id=${webhook.id}&status=Success`],
    },
    ListWebhookPoliciesOfSystem: { path: '/system/webhook/policies', parameters: POLICIES },
    GetWebhookPolicyOfSystem: { path: systemPolicy },
    ListDeliveriesOfSystemWebhookPolicy: { path: `${systemPolicy}/deliveries`, parameters: PAGED },
    getRentenitionMetadata: { path: '/retentions/metadatas' },
    getRetention: { path: retentions },
    listRetentionExecutions: { path: `${retentions}/executions`, parameters: PAGED },
    listRetentionTasks: { path: `${retentions}/executions/${retentionRun.id}/tasks`, parameters: PAGED },
    getRetentionTaskLog: { path: `${retentions}/executions/${retentionRun.id}/tasks/${retentionRun.task}` },
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
    listJobQueues: { path: '/jobservice/queues' },
    getWorkerPools: { path: '/jobservice/pools' },
    getWorkers: { path: '/jobservice/pools/all/workers' },
    actionGetJobLog: { path: `/jobservice/jobs/${webhookRun.task}/log` },
    followExecution: { path: `/jobservice/executions/${webhookRun.id}/events` },
  };
}

function system() {
  return {
    listAuditLogs: { path: '/audit-logs', parameters: AUDIT },
    listAuditLogExts: { path: '/auditlog-exts', parameters: AUDIT },
    listAuditLogEventTypes: { path: '/auditlog-exts/events' },
    getConfigurations: { path: '/configurations' },
    getInternalconfig: { path: '/internalconfig' },
    getSystemCVEAllowlist: { path: '/system/CVEAllowlist' },
    getPing: { path: '/ping' },
    getHealth: { path: '/health' },
    getSystemInfo: { path: '/systeminfo' },
    getVolumes: { path: '/systeminfo/volumes' },
    getCert: { path: '/systeminfo/getcert' },
  };
}

/** Every request, with the operation that it is of. @returns {{ operation: string, path: string }[]} */
export function allRequests(places) {
  return Object.entries(requestsOf(places)).flatMap(([operation, { path, parameters = [''] }]) =>
    [path]
      .flat()
      .flatMap((one) => parameters.map((text) => ({ operation, path: text === '' ? one : `${one}?${text}` }))),
  );
}
