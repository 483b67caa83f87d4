import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { RepositoryClient } from './support/registry';
import { immutableRule, keepNewest } from './support/rules';
import { scheduledTypes, whilePaused } from './support/runs';

jest.setTimeout(60_000);

interface Run {
  id: number;
  policy_id: number;
  status: string;
  dry_run: boolean;
}
interface RunTask {
  id: number;
  repository: string;
  total: number;
  retained: number;
}

describe('retention', () => {
  let fixture: ProjectFixture;
  let developer: Api;
  let projectId: number;
  let repository: RepositoryClient;

  beforeEach(async () => {
    fixture = await openProject('retained');
    developer = new Api(fixture.platform, fixture.developer);
    const project = await fixture.api.get<{ project_id: number }>(`/projects/${fixture.project}`);
    projectId = project.project_id;
    repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.maintainer);
  });

  const policyOf = (rules: object[], more: object = {}) => ({
    algorithm: 'or',
    rules,
    trigger: { kind: 'Schedule', settings: { cron: '' } },
    scope: { level: 'project', ref: projectId },
    ...more,
  });
  const images = () => `/projects/${fixture.project}/repositories/app`;
  const tags = async () => expectStatus(await repository.send('GET', 'tags/list'), 200).json<{ tags: string[] }>().tags;
  const runs = (policy: string) => developer.get<Run[]>(`${policy}/executions`);

  /** Runs the policy to its end: the run, its one task and that one's log. */
  async function run(policy: string, how: object): Promise<{ run: Run; task: RunTask; log: string }> {
    const there = await developer.create(`${policy}/executions`, how);
    const mine = async () => (await runs(policy)).find(({ id }) => there.endsWith(`/executions/${id}`))!;
    await until('the retention run', async () => (await mine()).status === 'Success', 30_000);
    const listed = expectStatus(await developer.call('GET', `${there}/tasks`), 200);
    const [task] = listed.json<RunTask[]>();
    const log = expectStatus(await developer.call('GET', `${there}/tasks/${task!.id}`), 200);
    expect(log.headers['content-type']).toContain('text/plain');
    return { run: await mine(), task: task!, log: log.text };
  }
  /** Of the explained table: what became of the tag. */
  const verdict = (log: string, tag: string) => log.split('\n').find((line) => line.includes(`| ${tag} `));

  itCovers(
    [
      'createRetention',
      'triggerRetentionExecution',
      'listRetentionExecutions',
      'listRetentionTasks',
      'getRetentionTaskLog',
    ],
    'deletes the tags that no rule keeps, once it is confirmed, and explains each',
    async () => {
      for (const tag of ['release-1', 'v1', 'v2', 'v3']) await repository.pushImage(tag, uniqueLayer(1_024));
      await fixture.api.create(`/projects/${fixture.project}/immutabletagrules`, immutableRule('release-*'));
      const policy = await developer.create('/retentions', policyOf([keepNewest(1)], { confirm_above: 10 }));
      const before = await tags();

      const seen = await run(policy, { dry_run: true });
      expect(seen.run).toMatchObject({ dry_run: true, policy_id: Number(policy.split('/').at(-1)) });
      expect(verdict(seen.log, 'v1')).toContain('DEL');
      expect(await tags()).toEqual(before);

      const refused = expectStatus(await developer.call('POST', `${policy}/executions`, { dry_run: false }), 412);
      expect(refused.text).toContain('would delete 2 of 4');
      expect(await runs(policy)).toHaveLength(1);
      expect(await tags()).toEqual(before);

      const { task, log } = await run(policy, { dry_run: false, confirm: true });
      expect(task).toMatchObject({ total: 4, retained: 2, status: 'Success' });
      expect(task.repository).toBe(`${fixture.project}/app`);
      expect(verdict(log, 'v2')).toContain('DEL');
      expect(verdict(log, 'v3')).toContain('RETAIN');
      expect(verdict(log, 'release-1')).toContain('IMMUTABLE');
      expect(await tags()).toEqual(['release-1', 'v3']);
      const deleted = await developer.get<{ tags: string[] }[]>(`${images()}/deleted-artifacts`);
      expect(deleted.flatMap((artifact) => artifact.tags).sort()).toEqual(['v1', 'v2']);
    },
  );

  itCovers(['operateRetentionExecution'], 'is stopped while it waits, and nothing is deleted', async () => {
    for (const tag of ['v1', 'v2']) await repository.pushImage(tag, uniqueLayer(1_024));
    const policy = await developer.create('/retentions', policyOf([keepNewest(1)]));
    await whilePaused(fixture.api, 'RETENTION', async () => {
      const there = await developer.create(`${policy}/executions`, { dry_run: false });
      expectStatus(await developer.call('PATCH', there, { action: 'stop' }), 200);
      expect(await runs(policy)).toMatchObject([{ status: 'Stopped', dry_run: false }]);
    });
    expect(await tags()).toEqual(['v1', 'v2']);
  });

  itCovers(
    ['createRetention', 'getRetention', 'updateRetention', 'deleteRetention'],
    'is one policy of the project, changed and deleted',
    async () => {
      const policy = await developer.create('/retentions', policyOf([keepNewest(3)]));
      expectStatus(await developer.call('POST', '/retentions', policyOf([keepNewest(5)])), 400);
      const named = async () =>
        (await fixture.api.get<{ metadata: { retention_id?: string } }>(`/projects/${fixture.project}`)).metadata
          .retention_id;
      expect(policy).toBe(`/retentions/${await named()}`);

      const changed = policyOf([keepNewest(7, 'v*')], {
        trigger: { kind: 'Schedule', settings: { cron: '0 0 5 * * *' } },
      });
      expectStatus(await developer.call('PUT', policy, changed), 200);
      expect(await developer.get(policy)).toMatchObject({
        rules: [{ params: { latestPushedK: 7 }, tag_selectors: [{ pattern: 'v*' }] }],
        trigger: { settings: { cron: '0 0 5 * * *' } },
        scope: { ref: projectId },
      });
      expect(await scheduledTypes(fixture.api)).toContain('RETENTION');

      expectStatus(await developer.call('DELETE', policy), 200);
      expectStatus(await developer.call('GET', policy), 404);
      expect(await named()).toBeUndefined();
      expect(await scheduledTypes(fixture.api)).not.toContain('RETENTION');
    },
  );

  itCovers(['getRentenitionMetadata', 'createRetention'], 'takes the templates that it tells of', async () => {
    const { templates } = await new Api(fixture.platform).get<{ templates: { rule_template: string }[] }>(
      '/retentions/metadatas',
    );
    expect(templates.map((template) => template.rule_template)).toContain('latestPushedK');
    const unknown = { ...keepNewest(1), template: 'newestOfAll' };
    expectStatus(await developer.call('POST', '/retentions', policyOf([unknown])), 400);
    const known = templates.map(({ rule_template: name }, index) => ({
      ...keepNewest(1),
      template: name,
      params: { [name]: index + 1 },
    }));
    const policy = await developer.create('/retentions', policyOf(known));
    expect((await developer.get<{ rules: object[] }>(policy)).rules).toHaveLength(templates.length);
  });

  it('is for those who may push', async () => {
    const policy = await developer.create('/retentions', policyOf([keepNewest(1)]));
    const stranger = new Api(fixture.platform, fixture.stranger);
    expectStatus(await stranger.call('GET', policy), 403);
    expectStatus(await stranger.call('POST', `${policy}/executions`, { dry_run: true }), 403);
    expectStatus(await new Api(fixture.platform).call('GET', policy), 401);
  });
});
