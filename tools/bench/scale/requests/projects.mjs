// What is asked about projects. Pure.
import { AUDIT, filters, lists, NAMES, PAGED, PAGES } from './parameters.mjs';

export function projects(places) {
  const inside = `/projects/${places.project.name}`;
  return { ...ofProjects(places, inside), ...insideProjects(places, inside) };
}

function ofProjects({ project, open }, inside) {
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
  };
}

function insideProjects({ project, quota, member, label }, inside) {
  return {
    listProjectMetadatas: { path: `${inside}/metadatas/` },
    getProjectMetadata: { path: `${inside}/metadatas/public` },
    listProjectMembers: { path: `${inside}/members`, parameters: [...PAGED, 'entityname=user', 'entityname=nobody'] },
    getScannerOfProject: { path: `${inside}/scanner` },
    listScannerCandidatesOfProject: {
      path: `${inside}/scanner/candidates`,
      parameters: [...PAGED, ...filters('name=~seed')],
    },
    getProjectMember: { path: `${inside}/members/${member.id}` },
    getLogs: { path: `${inside}/logs`, parameters: AUDIT },
    getLogExts: { path: `${inside}/auditlog-exts`, parameters: AUDIT },
    ListImmuRules: {
      path: `${inside}/immutabletagrules`,
      parameters: [...PAGES, ...lists('id', 'creation_time'), ...filters('disabled=false')],
    },
    getTrustPolicy: { path: `${inside}/trust-policy` },
    getEffectiveTrustPolicy: { path: `${inside}/trust-policy/effective` },
    listTrustMaterials: { path: `${inside}/trust-policy/materials` },
    getTrustMaterial: { path: `${inside}/trust-policy/materials/1` },
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
