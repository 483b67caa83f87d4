import { Api, Role } from './support/api';
import { openProject, unique, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { RepositoryClient } from './support/registry';

jest.setTimeout(60_000);

interface Summary {
  repo_count: number;
  project_admin_count: number;
  developer_count: number;
  quota: { hard: { storage: number }; used: { storage: number } };
}
interface Quota {
  id: number;
  ref: { name: string };
  hard: { storage: number };
  used: { storage: number };
}
interface Entry {
  username: string;
  operation: string;
  resource_type: string;
  resource: string;
}

let fixture: ProjectFixture;
let api: Api;

beforeAll(async () => {
  fixture = await openProject('managed');
  ({ api } = fixture);
});

const projectId = async (name: string): Promise<number> =>
  (await api.get<{ project_id: number }>(`/projects/${name}`)).project_id;
const push = async (project: string, repository = 'app'): Promise<void> => {
  const client = await RepositoryClient.open(fixture.platform, `${project}/${repository}`, fixture.platform.admin);
  await client.pushImage('v1', uniqueLayer());
};

describe('projects', () => {
  itCovers(
    ['createProject', 'headProject', 'getProject', 'listProjects', 'updateProject'],
    'are made, found and changed',
    async () => {
      const name = unique('made');
      const there = await api.create('/projects', { project_name: name, metadata: { public: 'false' } });
      expectStatus(await api.call('HEAD', `/projects?project_name=${name}`), 200);
      expectStatus(await api.call('HEAD', `/projects?project_name=${unique('none')}`), 404);
      expect(await api.get(there)).toMatchObject({ name, metadata: { public: 'false' } });
      expect((await api.get<{ name: string }[]>(`/projects?name=${name}`)).map((one) => one.name)).toEqual([name]);
      expectStatus(await api.call('PUT', there, { metadata: { public: 'true' } }), 200);
      expect(await new Api(fixture.platform).get(`/projects/${name}`)).toMatchObject({ metadata: { public: 'true' } });
      expectStatus(await new Api(fixture.platform, fixture.stranger).call('PUT', there, {}), 403);
      expectStatus(await new Api(fixture.platform).call('POST', '/projects', { project_name: unique('x') }), 401);
    },
  );

  itCovers(['getProjectSummary', 'listArtifactsOfProject', 'getStatistic'], 'tell what is in them', async () => {
    const { project } = fixture;
    const counted = async () => (await api.get<{ total_repo_count: number }>('/statistics')).total_repo_count;
    const before = await counted();
    await push(project);
    expect(await counted()).toBeGreaterThan(before);
    const summary = await api.get<Summary>(`/projects/${project}/summary`);
    expect(summary).toMatchObject({ repo_count: 1, project_admin_count: 1, developer_count: 1 });
    expect(summary.quota.used.storage).toBeGreaterThan(64 * 1024);
    const artifacts = await api.get<{ repository_name: string }[]>(`/projects/${project}/artifacts`);
    expect(artifacts.map((one) => one.repository_name)).toEqual([`${project}/app`]);
    expectStatus(await new Api(fixture.platform, fixture.stranger).call('GET', `/projects/${project}/summary`), 403);
  });

  itCovers(['deleteProject', 'getProjectDeletable'], 'are deleted when they are empty', async () => {
    const name = unique('empty');
    await api.createProject(name);
    expect(await api.get(`/projects/${name}/_deletable`)).toMatchObject({ deletable: true });
    await push(name);
    expect(await api.get(`/projects/${name}/_deletable`)).toMatchObject({ deletable: false });
    expectStatus(await api.call('DELETE', `/projects/${name}`), 412);
    expectStatus(await api.call('DELETE', `/projects/${name}/repositories/app`), 200);
    expectStatus(await api.call('DELETE', `/projects/${name}`), 200);
    expectStatus(await api.call('GET', `/projects/${name}`), 404);
  });

  itCovers(['startProjectDeletion', 'getProjectDeletion'], 'are deleted with all that is in them', async () => {
    const name = unique('full');
    await api.createProject(name);
    for (const repository of ['app', 'team/web']) await push(name, repository);
    const owner = new Api(fixture.platform, await api.createMember(name, unique('owner'), Role.projectAdmin));
    expectStatus(
      await new Api(fixture.platform, fixture.stranger).call('POST', `/projects/${name}/deletions`, {}),
      403,
    );
    const there = await owner.create(`/projects/${name}/deletions`, {});
    const state = () => owner.get<{ status: string; result: object }>(there);
    await until('the end of the deletion', async () => (await state()).status === 'Success', 30_000);
    expect((await state()).result).toMatchObject({ removed_artifacts: 2, removed_repositories: 2 });
    expectStatus(await api.call('GET', `/projects/${name}`), 404);
    expectStatus(await new Api(fixture.platform, fixture.stranger).call('GET', there), 403);
  });
});

describe('metadata of projects', () => {
  itCovers(
    [
      'addProjectMetadatas',
      'getProjectMetadata',
      'listProjectMetadatas',
      'updateProjectMetadata',
      'deleteProjectMetadata',
    ],
    'are added, read, changed and removed',
    async () => {
      const path = `/projects/${fixture.project}/metadatas`;
      expectStatus(await api.call('POST', `${path}/`, { severity: 'high' }), 200);
      expect(await api.get(`${path}/severity`)).toEqual({ severity: 'high' });
      expectStatus(await api.call('PUT', `${path}/severity`, { severity: 'low' }), 200);
      expect(await api.get(`${path}/`)).toMatchObject({ severity: 'low' });
      expectStatus(await api.call('DELETE', `${path}/severity`), 200);
      expectStatus(await api.call('GET', `${path}/severity`), 404);
      expectStatus(
        await new Api(fixture.platform, fixture.developer).call('POST', `${path}/`, { severity: 'low' }),
        403,
      );
    },
  );
});

describe('quotas', () => {
  itCovers(['listQuotas', 'getQuota', 'updateQuota'], 'limit what is pushed', async () => {
    const name = unique('limited');
    await api.createProject(name);
    const [quota] = await api.get<Quota[]>(`/quotas?reference=project&reference_id=${await projectId(name)}`);
    expect(quota).toMatchObject({ ref: { name }, hard: { storage: -1 }, used: { storage: 0 } });
    const there = `/quotas/${quota!.id}`;
    expectStatus(await api.call('PUT', there, { hard: { storage: 1_000 } }), 200);
    expect(await api.get(there)).toMatchObject({ hard: { storage: 1_000 } });
    await expect(push(name)).rejects.toThrow();
    expectStatus(await api.call('PUT', there, { hard: { storage: -1 } }), 200);
    await push(name);
    expect((await api.get<Quota>(there)).used.storage).toBeGreaterThan(64 * 1024);
    expectStatus(await api.call('PUT', there, { hard: { storage: 0 } }), 400);
    expectStatus(await new Api(fixture.platform, fixture.maintainer).call('GET', '/quotas'), 403);
  });
});

describe('the audit log', () => {
  itCovers(
    ['listAuditLogs', 'listAuditLogExts', 'getLogs', 'getLogExts', 'listAuditLogEventTypes'],
    'tells of what was done, to those who may read it',
    async () => {
      const name = unique('told');
      const owner = await api.createUser(unique('owner'));
      const ownerApi = new Api(fixture.platform, owner);
      await ownerApi.createProject(name);
      await push(name);
      const client = await RepositoryClient.open(fixture.platform, `${name}/app`, owner);
      expectStatus(await client.send('GET', 'manifests/v1'), 200);
      const lines = async (path: string, as = ownerApi) =>
        (await as.get<Entry[]>(path)).map(
          (one) => `${one.username} ${one.operation} ${one.resource_type} ${one.resource}`,
        );
      const exts = `/projects/${name}/auditlog-exts`;
      await until('the entries', async () => (await lines(exts)).length === 3, 20_000);
      const expected = [
        `${owner.username} create project ${name}`,
        `${fixture.platform.admin.username} create artifact ${name}/app:v1`,
        `${owner.username} pull artifact ${name}/app:v1`,
      ];
      expect((await lines(exts)).sort()).toEqual([...expected].sort());
      expect(await lines(`/projects/${name}/logs`)).toEqual(await lines(exts));
      expect(await lines('/audit-logs')).toEqual(await lines(exts));
      expect(await lines('/auditlog-exts')).toEqual(await lines(exts));
      expect(await lines(`/auditlog-exts?q=operation%3Dpull%2Cresource%3D~${name}`, api)).toEqual([expected[2]]);
      expect(await new Api(fixture.platform, fixture.stranger).get('/auditlog-exts')).toEqual([]);
      expectStatus(await new Api(fixture.platform).call('GET', '/audit-logs'), 401);
      expectStatus(await ownerApi.call('GET', '/auditlog-exts/events'), 403);
      expect(await api.get('/auditlog-exts/events')).toEqual(
        expect.arrayContaining([{ event_type: 'pull_artifact' }, { event_type: 'create_project' }]),
      );
    },
  );
});
