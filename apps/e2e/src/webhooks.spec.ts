import { WebhookReceiver } from '@breakwater/testing';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, type Robot } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { basic, expectStatus, send } from './support/http';
import { uniqueLayer } from './support/images';
import { until } from './support/ports';
import { MediaType, RepositoryClient, sha256 } from './support/registry';
import { type DefaultBody, Subscription } from './support/webhook-subscription';

jest.setTimeout(120_000);

/** Every event that the platform can raise, caused as people cause it, with the fields of ecosystem.md section 4. */
describe('webhooks', () => {
  const receiver = new WebhookReceiver();
  let fixture: ProjectFixture;
  let robot: Robot;
  let subscription: Subscription;
  let maintainer: Api;

  beforeAll(async () => {
    await receiver.start();
    fixture = await openProject('hooks');
    const { api, platform, project } = fixture;
    robot = await api.createRobot({ project, name: 'ci', actions: ['pull', 'push'] });
    maintainer = new Api(platform, fixture.maintainer);
    subscription = await Subscription.open(api, receiver, project);
  });
  afterAll(() => receiver.stop());

  const open = (name: string, as = fixture.maintainer, project = fixture.project) =>
    RepositoryClient.open(fixture.platform, `${project}/${name}`, as);
  const path = (name: string) => `/projects/${fixture.project}/repositories/${encodeURIComponent(name)}`;
  /** As clients write it in an image's name. */
  const host = () => fixture.platform.httpsHost ?? `localhost:${fixture.platform.httpPort}`;
  const urlOf = (name: string, suffix: string) => `${host()}/${fixture.project}/${name}${suffix}`;

  function gone(name: string, project = fixture.project, type = 'private') {
    return { name, namespace: project, repo_full_name: `${project}/${name}`, repo_type: type };
  }
  async function repositoryData(name: string) {
    const found = expectStatus(await fixture.api.call('GET', path(name)), 200).json<{ creation_time: string }>();
    return { ...gone(name), date_created: Math.floor(Date.parse(found.creation_time) / 1_000) };
  }

  /** What a tool that heard of an image does next. */
  async function pull(resourceUrl: string): Promise<string> {
    const [, place, name, , reference] = /^([^/]+)\/(.+?)(:|@)([^/]+)$/.exec(resourceUrl)!;
    const scheme = fixture.platform.httpsHost ? 'https' : 'http';
    const headers = { authorization: basic(fixture.developer), accept: MediaType.manifest };
    const ca = readFileSync(fixture.platform.caFile, 'utf8');
    const answer = await send(`${scheme}://${place}/v2/${name}/manifests/${reference}`, { headers, ca });
    return String(expectStatus(answer, 200).headers['docker-content-digest']);
  }

  it('tell of pushes by tag and by digest, with an address that pulls', async () => {
    const pushed = await open('team/pushed', robot);
    const digest = await pushed.pushImage('v1', uniqueLayer());
    const byTag = await subscription.expectNext('team/pushed', {
      type: 'PUSH_ARTIFACT',
      operator: robot.username,
      data: {
        resources: [{ digest, tag: 'v1', tags: ['v1'], resource_url: urlOf('team/pushed', ':v1') }],
        repository: await repositoryData('team/pushed'),
      },
    });
    expect(robot.username).toBe(`robot$${fixture.project}+ci`);
    expect(await pull(byTag.resources![0]!.resource_url!)).toBe(digest);

    const other = await open('bydigest', fixture.developer);
    const config = await other.pushBlob(Buffer.from('{}'), MediaType.config);
    const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers: [] };
    const bare = await other.pushManifest(sha256(JSON.stringify(manifest)), manifest);
    const byDigest = await subscription.expectNext('bydigest', {
      type: 'PUSH_ARTIFACT',
      operator: fixture.developer.username,
      data: {
        resources: [{ digest: bare, tag: bare, resource_url: urlOf('bydigest', `@${bare}`) }],
        repository: await repositoryData('bydigest'),
      },
    });
    expect(await pull(byDigest.resources![0]!.resource_url!)).toBe(bare);
  });

  it('tell of pulls by tag and by digest, and not of a look', async () => {
    const pulled = await open('fetched', fixture.developer);
    const digest = await pulled.pushImage('v1', uniqueLayer());
    await subscription.next('fetched');
    // Registries look every few seconds who wants to hear of pulls.
    const known = await open('warm', fixture.developer);
    await known.pushImage('v1', uniqueLayer());
    const heard = () =>
      receiver.on<DefaultBody>(`/${fixture.project}/default`, 'warm').some(({ body }) => body.type === 'PULL_ARTIFACT');
    await until(
      'the first pull that is told of',
      async () => {
        expectStatus(await known.send('GET', 'manifests/v1'), 200);
        // Not more of them: Slack's target takes one a second.
        await sleep(1_000);
        return heard();
      },
      20_000,
    );
    for (const [method, reference] of [
      ['HEAD', 'v1'],
      ['GET', 'v1'],
      ['HEAD', digest],
      ['GET', digest],
    ] as const)
      expectStatus(await pulled.send(method, `manifests/${reference}`), 200);
    for (const [tag, suffix] of [
      ['v1', ':v1'],
      [digest, `@${digest}`],
    ] as const)
      await subscription.expectNext('fetched', {
        type: 'PULL_ARTIFACT',
        operator: fixture.developer.username,
        data: {
          resources: [{ digest, tag, resource_url: urlOf('fetched', suffix) }],
          repository: await repositoryData('fetched'),
        },
      });
  });

  it('tell of deletions, by the registry, by the API and with the repository', async () => {
    const client = await open('removed');
    const digests: string[] = [];
    for (const tag of ['a', 'b', 'c', 'd']) digests.push(await client.pushImage(tag, uniqueLayer()));
    await subscription.types('removed', digests.length);
    const repository = await repositoryData('removed');
    const [a, b, c, d] = digests as [string, string, string, string];
    const told = (digest: string, tag: string, of: object) =>
      subscription.expectNext('removed', {
        type: 'DELETE_ARTIFACT',
        operator: fixture.maintainer.username,
        data: {
          resources: [{ digest, tag, tags: [tag], resource_url: urlOf('removed', `:${tag}`) }],
          repository: of,
        },
      });
    expectStatus(await client.send('DELETE', `manifests/${a}`), 202);
    await told(a, 'a', repository);
    expectStatus(await maintainer.call('DELETE', `${path('removed')}/artifacts/${b}`), 200);
    await told(b, 'b', repository);
    expectStatus(await maintainer.call('DELETE', path('removed')), 200);
    await told(c, 'c', gone('removed'));
    await told(d, 'd', gone('removed'));
  });

  it('do not tell of tags that go or come without a push, nor of what is restored or purged', async () => {
    const client = await open('silent');
    const digest = await client.pushImage('v1', uniqueLayer());
    const artifact = `${path('silent')}/artifacts/${digest}`;
    expectStatus(await maintainer.call('POST', `${artifact}/tags`, { name: 'extra' }), 201);
    expectStatus(await maintainer.call('DELETE', `${artifact}/tags/extra`), 200);
    expectStatus(await client.send('DELETE', 'manifests/v1'), 202);
    expectStatus(await maintainer.call('DELETE', artifact), 200);
    const deleted = `${path('silent')}/deleted-artifacts/${digest}`;
    expectStatus(await maintainer.call('POST', `${deleted}/restore`), 200);
    expectStatus(await maintainer.call('DELETE', artifact), 200);
    expectStatus(await maintainer.call('DELETE', deleted), 200);
    await client.pushImage('last', uniqueLayer());
    expect(await subscription.types('silent', 4)).toEqual(
      ['PUSH_ARTIFACT', 'DELETE_ARTIFACT', 'DELETE_ARTIFACT', 'PUSH_ARTIFACT'].map(
        (type) => `${type} ${fixture.maintainer.username}`,
      ),
    );
  });

  it('tell of a quota that fills up, and of pushes that it refuses', async () => {
    const project = unique('quota');
    const operator = fixture.developer.username;
    await fixture.api.createProject(project, { isPublic: true, storageLimit: 1_000_000 });
    await fixture.api.addMember(project, operator, 2);
    const full = await Subscription.open(fixture.api, receiver, project);
    const data = (name: string, details: RegExp, resources?: object[]) => ({
      ...(resources && { resources }),
      repository: gone(name, project, 'public'),
      custom_attributes: { Details: expect.stringMatching(details) },
    });
    const refused = /will exceed the configured upper limit/;

    const filling = await open('filling', fixture.developer, project);
    const digest = await filling.pushImage('v1', uniqueLayer(870_000));
    await full.expectNext('filling', {
      ...{ type: 'QUOTA_WARNING', operator },
      data: data('filling', /^quota usage reach 85%: resource storage used \S+ KiB of 976.6 KiB$/, [
        { digest, tag: 'v1' },
      ]),
    });
    expect(await full.types('filling', 1)).toEqual([`PUSH_ARTIFACT ${operator}`]);

    const blob = await open('blobs', fixture.developer, project);
    await expect(blob.pushImage('v1', uniqueLayer(300_000))).rejects.toThrow('expected 201, got 403');
    await full.expectNext('blobs', { ...{ type: 'QUOTA_EXCEED', operator }, data: data('blobs', refused) });

    // Each layer fits, both together do not.
    const client = await open('manifests', fixture.developer, project);
    const layers = [
      await client.pushBlob(uniqueLayer(70_000), MediaType.layer),
      await client.pushBlob(uniqueLayer(70_000), MediaType.layer),
    ];
    const config = await client.pushBlob(Buffer.from('{"a":1}'), MediaType.config);
    const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers };
    await expect(client.pushManifest('v2', manifest)).rejects.toThrow('expected 201, got 403');
    await full.expectNext('manifests', {
      ...{ type: 'QUOTA_EXCEED', operator },
      data: data('manifests', refused, [{ tag: 'v2' }]),
    });
  });

  it('tell of retention runs that deleted something', async () => {
    const project = unique('retention');
    const { api } = fixture;
    await api.createProject(project);
    const kept = await Subscription.open(api, receiver, project);
    const client = await open('trimmed', fixture.platform.admin, project);
    for (const tag of ['v1', 'v2', 'v3']) await client.pushImage(tag, uniqueLayer());
    await kept.types('trimmed', 3);
    const rule = {
      template: 'latestPushedK',
      params: { latestPushedK: 1 },
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: '**', extras: '' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**', extras: '' }] },
    };
    const policy = {
      algorithm: 'or',
      rules: [{ action: 'retain', ...rule }],
      trigger: { kind: 'Schedule', settings: { cron: '' }, references: {} },
      scope: { level: 'project', ref: kept.project.id },
    };
    const created = expectStatus(await api.call('POST', '/retentions', policy), 201);
    const id = Number(String(created.headers.location).split('/').at(-1));
    const run = async (dry: boolean) =>
      expectStatus(await api.call('POST', `/retentions/${id}/executions`, { dry_run: dry }), 201);
    const ended = async (count: number) => {
      const runs = (await api.call('GET', `/retentions/${id}/executions`)).json<{ status: string }[]>();
      return runs.length === count && runs.every(({ status }) => status === 'Success');
    };
    await run(true);
    await until('the dry run', () => ended(1), 30_000);
    await run(false);
    expect(await kept.types('trimmed', 2)).toEqual(['DELETE_ARTIFACT admin', 'DELETE_ARTIFACT admin']);
    const item = (tag: string) => ({ type: 'image', status: 'SUCCESS', name_tag: `trimmed:${tag}`, references: null });
    await kept.expectNext('trimmed', {
      type: 'TAG_RETENTION',
      operator: 'admin',
      data: {
        retention: {
          ...{ total: 3, retained: 1, harbor_hostname: host(), project_name: project, retention_policy_id: id },
          retention_rule: [rule],
          result: 'SUCCESS',
          deleted_artifact: expect.arrayContaining([item('v1'), item('v2')]),
        },
      },
    });
    await run(false);
    await until('the run that finds nothing', () => ended(3), 30_000);
    await client.pushImage('v4', uniqueLayer());
    expect(await kept.types('trimmed', 1)).toEqual(['PUSH_ARTIFACT admin']);
  });

  it('of the system tell of every project', async () => {
    const { api } = fixture;
    const target = { type: 'http', address: receiver.url('/system') };
    const policy = { name: unique('system'), enabled: true, event_types: ['PUSH_ARTIFACT'], targets: [target] };
    const there = await api.create('/system/webhook/policies', policy);
    try {
      const client = await open('everywhere', fixture.developer);
      const digest = await client.pushImage('v1', uniqueLayer());
      await until('the event', () => receiver.on('/system', 'everywhere').length === 1);
      const [told] = receiver.on<DefaultBody>('/system', 'everywhere');
      expect(told!.body.event_data.resources![0]).toMatchObject({ digest, tag: 'v1' });
      expect(told!.headers).not.toHaveProperty('authorization');
      expect(told!.headers).not.toHaveProperty('webhook-signature');
    } finally {
      expectStatus(await api.call('DELETE', there), 200);
    }
  });
});
