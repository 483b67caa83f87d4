import { Api } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { type Answer, basic, type Credentials, expectStatus, send } from './support/http';
import { uniqueLayer } from './support/images';
import { fetchToken, MediaType, RepositoryClient } from './support/registry';

jest.setTimeout(120_000);

/** Of a private project with everything in it, and of one that is not there. */
let fixture: ProjectFixture;
let stranger: Api;
let anonymous: Api;
let projectId: number;
let digest: string;
let layer: { digest: string; size: number };
let tag: string;
const nowhere = unique('nowhere');

beforeAll(async () => {
  fixture = await openProject('hidden');
  const { api, platform, project, developer } = fixture;
  stranger = new Api(platform, fixture.stranger);
  anonymous = new Api(platform);
  tag = unique('secret-tag');
  const client = await RepositoryClient.open(platform, `${project}/app`, developer);
  digest = await client.pushImage(tag, uniqueLayer());
  const manifest = expectStatus(await client.send('GET', `manifests/${tag}`), 200);
  layer = manifest.json<{ layers: [{ digest: string; size: number }] }>().layers[0];
  projectId = (await api.get<{ project_id: number }>(`/projects/${project}`)).project_id;
  await api.create('/labels', { name: unique('hidden'), scope: 'p', project_id: projectId });
});

const outsiders = (): [string, Api, Credentials | undefined][] => [
  ['anonymous', anonymous, undefined],
  ['a stranger', stranger, fixture.stranger],
];
/** What of an answer may tell one project from another, without the name that was asked for. */
const told = ({ status, text, headers }: Answer, ...names: (string | number)[]) => ({
  status,
  text: names.reduce<string>((rest, name) => rest.replaceAll(String(name), 'X'), text),
  headers: Object.keys(headers).sort(),
  challenge: names.reduce<string>(
    (rest, name) => rest.replaceAll(String(name), 'X'),
    String(headers['www-authenticate']),
  ),
});

describe('a private project', () => {
  it.each([
    ['GET', (p: string) => `/projects/${p}`],
    ['GET', (p: string) => `/projects/${p}/summary`],
    ['GET', (p: string) => `/projects/${p}/repositories`],
    ['GET', (p: string) => `/projects/${p}/repositories/app/artifacts/v1`],
    ['GET', (p: string) => `/projects/${p}/members`],
    ['GET', (p: string) => `/projects/${p}/storage`],
    ['POST', (p: string) => `/projects/${p}/repositories/app/artifacts?from=${p}/app:v1`],
    ['DELETE', (p: string) => `/projects/${p}`],
  ])('is not told from one that is not there, by name and by id: %s %p', async (method, path) => {
    for (const [, api] of outsiders()) {
      const there = told(await api.call(method, path(fixture.project)), fixture.project);
      expect(told(await api.call(method, path(nowhere)), nowhere)).toEqual(there);
      const byId = told(await api.call(method, path(String(projectId))), projectId);
      expect(told(await api.call(method, path('987654321')), 987654321)).toEqual(byId);
      expect([401, 403, 404]).toContain(there.status);
    }
  });

  it('is in no list, and in the count of none', async () => {
    const { project } = fixture;
    for (const [, api] of outsiders())
      for (const query of [
        `/projects?name=${project}`,
        `/projects?q=name%3D${project}`,
        `/projects?q=name%3D~${project.slice(0, -1)}`,
        `/projects?q=project_id%3D${projectId}`,
        `/projects?q=name%3D%7B${project}%20x%7D`,
        `/projects?q=name%3D${project}&public=false`,
        `/projects?public=false`,
        `/projects?owner=admin&name=${project}`,
        `/repositories?q=name%3D~${project}`,
        `/repositories?q=project_id%3D${projectId}`,
        `/search/artifacts?digest=${digest}`,
        `/search/artifacts?tag=${tag}`,
      ]) {
        const answer = expectStatus(await api.call('GET', query), 200);
        const shown = answer.text.includes(project) || answer.text.includes(digest);
        expect({ query, shown }).toEqual({ query, shown: false });
        if (!query.includes('public=false') || query.includes('name'))
          expect([query, answer.headers['x-total-count'] ?? '0']).toEqual([query, '0']);
      }
  });

  it('is not found by searching', async () => {
    for (const [, api] of outsiders()) {
      const found = await api.get<{ project: unknown[]; repository: unknown[] }>(`/search?q=${fixture.project}`);
      expect(found).toEqual({ project: [], repository: [] });
    }
    const own = await fixture.api.get<{ repository: unknown[] }>(`/search?q=${fixture.project}`);
    expect(own.repository).toHaveLength(1);
  });

  it('leaves the statistics of others as they were', async () => {
    const before = await stranger.get('/statistics');
    const another = unique('counted');
    await fixture.api.createProject(another);
    const client = await RepositoryClient.open(fixture.platform, `${another}/app`, fixture.platform.admin);
    await client.pushImage('v1', uniqueLayer());
    expect(await stranger.get('/statistics')).toEqual(before);
    await anonymous.call('GET', '/statistics').then((answer) => expectStatus(answer, 401));
  });

  it.each([
    (id: number, name: string) => `/audit-logs?q=project_id%3D${id}&x=${name}`,
    (id: number, name: string) => `/auditlog-exts?q=resource%3D~${name}&x=${id}`,
  ])('shows its log to no stranger, nor how long it is', async (path) => {
    const answer = expectStatus(await stranger.call('GET', path(projectId, fixture.project)), 200);
    expect([answer.json(), answer.headers['x-total-count']]).toEqual([[], '0']);
  });

  it.each([
    (id: number) => `/labels?scope=p&project_id=${id}`,
    (id: number) => `/robots?q=Level%3Dproject%2CProjectID%3D${id}`,
    (id: number) => `/users/current/permissions?scope=/project/${id}`,
  ])('answers questions by its id as one that is not there does', async (path) => {
    for (const [, api] of outsiders())
      expect(told(await api.call('GET', path(projectId)), projectId)).toEqual(
        told(await api.call('GET', path(987_654_321)), 987_654_321),
      );
  });

  it('cannot be named in an access token', async () => {
    const { user_id: id } = await stranger.get<{ user_id: number }>('/users/current');
    const ask = (namespace: string) =>
      stranger.call('POST', `/users/${id}/access-tokens`, {
        name: unique('token'),
        permissions: [{ kind: 'project', namespace, access: [{ resource: 'project', action: 'read' }] }],
      });
    expect(told(await ask(fixture.project), fixture.project)).toEqual(told(await ask(nowhere), nowhere));
  });

  it('nor in a robot', async () => {
    const ask = (namespace: string) =>
      stranger.call('POST', '/robots', {
        name: 'ci',
        level: 'project',
        duration: -1,
        permissions: [{ kind: 'project', namespace, access: [{ resource: 'repository', action: 'pull' }] }],
      });
    expect(told(await ask(fixture.project), fixture.project)).toEqual(told(await ask(nowhere), nowhere));
  });
});

describe('copying from a private repository into a project of one’s own', () => {
  let own: string;
  beforeAll(async () => {
    own = unique('own');
    await stranger.createProject(own);
  });

  it.each([
    () => `${fixture.project}/app:${tag}`,
    () => `${fixture.project}/app@${digest}`,
    () => `${fixture.project}/app:none`,
    () => `${fixture.project}/none:${tag}`,
  ])('is refused as from one that is not there', async (from) => {
    const copy = (source: string) =>
      stranger.call('POST', `/projects/${own}/repositories/app/artifacts?from=${encodeURIComponent(source)}`);
    const answer = told(await copy(from()), fixture.project);
    expect(answer.status).toBe(403);
    expect(told(await copy(from().replace(fixture.project, nowhere)), nowhere)).toEqual(answer);
  });

  it('brings no blob along: not by reading, by mounting, or in a manifest of one’s own', async () => {
    const client = await RepositoryClient.open(fixture.platform, `${own}/app`, fixture.stranger);
    for (const method of ['GET', 'HEAD'] as const)
      expectStatus(await client.send(method, `blobs/${layer.digest}`), 404);
    const mount = (from: string) => client.send('POST', `blobs/uploads/?mount=${layer.digest}&from=${from}/app`);
    const [there, absent] = [await mount(fixture.project), await mount(nowhere)];
    expect([there.status, told(there, fixture.project).text]).toEqual([absent.status, told(absent, nowhere).text]);
    expect([202, 401]).toContain(there.status);
    expectStatus(await client.send('POST', `blobs/uploads/?mount=${layer.digest}`), 202);
    const config = await client.pushBlob(Buffer.from('{}'), MediaType.config);
    const manifest = {
      schemaVersion: 2,
      mediaType: MediaType.manifest,
      config,
      layers: [{ mediaType: MediaType.layer, ...layer }],
    };
    const headers = { 'content-type': MediaType.manifest };
    const body = JSON.stringify(manifest);
    expectStatus(await client.send('PUT', 'manifests/stolen', { body, headers }), 400, 404);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.index,
      manifests: [{ mediaType: MediaType.manifest, digest, size: 1 }],
    });
    await client.send('PUT', 'manifests/index', { body: index, headers: { 'content-type': MediaType.index } });
    expectStatus(await client.send('GET', `manifests/${digest}`), 404);
    expectStatus(await client.send('GET', `blobs/${layer.digest}`), 404);
  });

  it('shows no icon of it', async () => {
    for (const [, api] of outsiders())
      for (const wanted of [digest, layer.digest]) expectStatus(await api.call('GET', `/icons/${wanted}`), 404);
  });
});

describe('the registry', () => {
  it.each([
    (name: string) => `/v2/${name}/app/manifests/latest`,
    (name: string) => `/v2/${name}/app/tags/list`,
    (name: string) => `/v2/${name}/app/blobs/${`sha256:${'0'.repeat(64)}`}`,
    (name: string) => `/v2/${name}/app/referrers/${`sha256:${'0'.repeat(64)}`}`,
    () => '/v2/_catalog',
  ])('tells nobody which projects there are', async (path) => {
    const { httpUrl } = fixture.platform;
    for (const [, , who] of outsiders())
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
        const headers: Record<string, string> = who ? { authorization: basic(who) } : {};
        const ask = (name: string) => send(`${httpUrl}${path(name)}`, { method, headers });
        const [there, absent] = [await ask(fixture.project), await ask(nowhere)];
        expect(told(there, fixture.project)).toEqual(told(absent, nowhere));
        expect(there.status).toBeGreaterThanOrEqual(400);
      }
  });

  it('nor do its tokens', async () => {
    for (const [, , who] of outsiders()) {
      const claims = async (name: string) => {
        const { token } = expectStatus(
          await fetchToken(fixture.platform.httpUrl, `repository:${name}/app:pull,push,delete,*`, who),
          200,
        ).json<{ token: string }>();
        const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
        const { access, breakwater } = JSON.parse(payload) as { access: unknown; breakwater: { projects: unknown[] } };
        return { access: JSON.stringify(access).replaceAll(name, 'X'), projects: breakwater.projects };
      };
      const there = await claims(fixture.project);
      expect(there.access).toBe('[{"type":"repository","name":"X/app","actions":[]}]');
      expect(await claims(nowhere)).toEqual(there);
    }
  });
});

describe('accounts', () => {
  it('are found by name alone, by who has signed in, without anything else of them', async () => {
    const { username } = fixture.developer;
    expectStatus(await anonymous.call('GET', `/users/search?username=${username}`), 401);
    expect(await stranger.get(`/users/search?username=${username}`)).toEqual([
      { user_id: expect.any(Number), username },
    ]);
    for (const by of [`${username}@example.org`, 'example.org', '%25', '_', '*'])
      expect(await stranger.get(`/users/search?username=${by}`)).toEqual([]);
  });

  it('are not told from those that are not there by their ids', async () => {
    const { user_id: id } = (
      await fixture.api.get<{ user_id: number }[]>(`/users?q=username%3D${fixture.developer.username}`)
    )[0]!;
    for (const [, api] of outsiders())
      for (const [method, rest, body] of [
        ['GET', '', undefined],
        ['PUT', '', { email: 'a@example.org', realname: 'a' }],
        ['DELETE', '', undefined],
        ['PUT', '/password', { old_password: 'a', new_password: 'Passw0rd1' }],
        ['PUT', '/sysadmin', { sysadmin_flag: true }],
        ['GET', '/sessions', undefined],
        ['GET', '/access-tokens', undefined],
      ] as const) {
        const ask = async (user: number) => told(await api.call(method, `/users/${user}${rest}`, body), user);
        expect(await ask(987_654_321)).toEqual(await ask(id));
      }
  });

  it('are not to be asked for where nobody may register', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const url = `${fixture.platform.httpUrl}/c/userExists`;
    const refused = await send(url, { method: 'POST', headers: form, body: 'target=username&value=admin' });
    expectStatus(refused, 403);
    const cookie = String(refused.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const headers = { ...form, cookie, 'x-harbor-csrf-token': String(refused.headers['x-harbor-csrf-token']) };
    const ask = (value: string) => send(url, { method: 'POST', headers, body: `target=username&value=${value}` });
    const there = expectStatus(await ask('admin'), 412);
    expect((await ask(unique('nobody'))).text).toBe(there.text);
  });
});
