import { SettingsService } from '@breakwater/settings';
import { TokensService, type TokenAccess } from '@breakwater/tokens';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { setTimeout as sleep } from 'node:timers/promises';
import { password, startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let teamId: number;

beforeAll(async () => {
  core = await startTestCore({ EXTERNAL_HOSTS: 'registry.example.com:8443' });
  teamId = await core.createProject('team');
  await core.createProject('open', true);
  for (const name of ['developer', 'guest', 'maintainer', 'stranger', 'leaver']) await core.createUser(name);
  for (const [name, role] of Object.entries({ developer: 2, guest: 3, maintainer: 4, leaver: 2 }))
    await core.addMember('team', name, role);
  const access = [{ resource: 'repository', action: 'push' }];
  await core.request('POST', '/robots', {
    as: 'admin',
    body: {
      name: 'ci',
      level: 'project',
      duration: -1,
      secret: password,
      permissions: [{ kind: 'project', namespace: 'team', access }],
    },
  });
});
afterAll(() => core?.close());

const ask = (as: string | undefined, ...scopes: string[]): Promise<Answer> => {
  const query = new URLSearchParams([
    ['service', 'harbor-registry'],
    ['account', 'x'],
    ['client_id', 'docker'],
    ...scopes.map((scope): [string, string] => ['scope', scope]),
  ]);
  return core.request('GET', `//service/token?${query.toString()}`, { as });
};
const tokens = (): TokensService => core.app.get(TokensService, { strict: false });
const granted = async (as: string | undefined, ...scopes: string[]): Promise<TokenAccess[]> =>
  (await tokens().verify((await ask(as, ...scopes)).body.token, 'harbor-registry')).access;
const actions = async (as: string | undefined, scope: string): Promise<string[]> =>
  (await granted(as, scope))[0]!.actions;

describe('the answer', () => {
  it('has the shape of Docker and Harbor', async () => {
    const { status, headers, body } = await ask('developer', 'repository:team/app:pull');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(body).toEqual({
      token: body.access_token,
      access_token: expect.stringMatching(/^ey/),
      expires_in: 1_800,
      issued_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('lives as long as the settings say', async () => {
    await core.app.get(SettingsService, { strict: false }).update({ token_expiration: 5 });
    await expect(ask('developer')).resolves.toMatchObject({ body: { expires_in: 300 } });
    await core.app.get(SettingsService, { strict: false }).update({ token_expiration: 30 });
  });

  it('can be checked by anyone with the published keys', async () => {
    const { body: jwks } = await core.request('GET', '//service/jwks.json');
    const { payload } = await jwtVerify(
      (await ask('developer', 'repository:team/app:pull')).body.token,
      createLocalJWKSet(jwks),
      { issuer: 'harbor-token-issuer', audience: 'harbor-registry', algorithms: ['RS256'] },
    );
    expect(payload).toMatchObject({
      sub: 'developer',
      access: [{ type: 'repository', name: 'team/app', actions: ['pull'] }],
    });
  });
});

describe('requested ∩ allowed (decision 17)', () => {
  it.each([
    ['maintainer', 'repository:team/app:pull,push,delete', ['pull', 'push', 'delete']],
    ['maintainer', 'repository:team/app:*', ['pull', 'push', 'delete', '*']],
    ['maintainer', 'repository:team/app:push', ['push']],
    ['developer', 'repository:team/app:pull,push,delete', ['pull', 'push']],
    ['developer', 'repository:team/app:*', ['pull', 'push']],
    ['developer', 'repository:team/app:pull', ['pull']],
    ['guest', 'repository:team/app:pull,push', ['pull']],
    ['stranger', 'repository:team/app:pull,push', []],
    [undefined, 'repository:team/app:pull', []],
    ['admin', 'repository:team/app:pull,push', ['pull', 'push']],
    ['robot$team+ci', 'repository:team/app:pull,push,delete', ['pull', 'push']],
    ['robot$team+ci', 'repository:open/app:pull,push', ['pull']],
    ['stranger', 'repository:open/app:pull,push', ['pull']],
    [undefined, 'repository:open/app:pull,push', ['pull']],
    [undefined, 'repository:nowhere/app:pull', []],
    // Who sees all is told by the registry that there is no such project.
    ['admin', 'repository:nowhere/app:pull', ['pull']],
    ['maintainer', 'repository:nowhere/app:pull', []],
    ['admin', 'repository:team:pull', []],
    ['admin', 'repository:Team/APP:pull', []],
    ['admin', 'repository:../team/app:pull', []],
    ['admin', 'repository:team/app:fly', []],
    ['admin', 'repository(plugin):team/app:pull', ['pull']],
    ['admin', 'registry:catalog:*', ['*']],
    ['maintainer', 'registry:catalog:*', []],
    [undefined, 'registry:catalog:*', []],
    ['admin', 'registry:other:*', []],
    ['admin', 'galaxy:team/app:pull', []],
  ])('%s asks %s and gets %j', async (as, scope, expected) => {
    await expect(actions(as, scope)).resolves.toEqual(expected);
  });

  it('takes several scopes, repeated or with spaces between', async () => {
    const app = { type: 'repository', name: 'team/app', actions: ['pull'] };
    const open = { type: 'repository', name: 'open/app', actions: ['pull'] };
    await expect(granted('guest', 'repository:team/app:pull', 'repository:open/app:pull')).resolves.toEqual([
      app,
      open,
    ]);
    await expect(granted('guest', 'repository:team/app:pull repository:open/app:pull,push')).resolves.toEqual([
      app,
      open,
    ]);
    await expect(granted('guest')).resolves.toEqual([]);
  });

  it('says nothing of projects that its bearer may not see', async () => {
    const projects = async (as: string | undefined, ...scopes: string[]): Promise<number[]> => {
      const [, payload = ''] = String((await ask(as, ...scopes)).body.token).split('.');
      const { breakwater } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return breakwater.projects.map(([id]: [number, number]) => id);
    };
    for (const as of [undefined, 'stranger'])
      expect(await projects(as, 'repository:team/app:pull', 'repository:nowhere/app:pull')).toEqual([]);
    expect(await projects('guest', 'repository:team/app:pull', 'repository:open/app:push')).toEqual([teamId]);
  });

  it('never grants more than was asked', async () => {
    await expect(granted('admin', 'repository:team/app:pull')).resolves.toEqual([
      { type: 'repository', name: 'team/app', actions: ['pull'] },
    ]);
  });
});

describe('trust data', () => {
  const host = 'registry.example.com';
  const access = async (service: string, scope: string, as = 'developer'): Promise<TokenAccess[]> => {
    const query = new URLSearchParams({ service, scope }).toString();
    const { body } = await core.request('GET', `//service/token?${query}`, { as });
    return (await tokens().verify(body.token, service)).access;
  };

  it('has an audience of its own, and names with the host before them', async () => {
    const scope = encodeURIComponent(`repository:${host}/team/app:push,pull`);
    const { body } = await core.request('GET', `//service/token?service=harbor-notary&scope=${scope}`, {
      as: 'developer',
    });
    await expect(tokens().verify(body.token, 'harbor-notary')).resolves.toMatchObject({
      access: [{ type: 'repository', name: `${host}/team/app`, actions: ['pull', 'push'] }],
    });
    await expect(tokens().verify(body.token, 'harbor-registry')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it.each([
    // Another port is another name, which the configuration lists.
    ['developer', `repository:${host}:8443/team/app:push,pull`, ['pull', 'push']],
    ['maintainer', `repository:${host}/team/app:*`, ['pull', 'push', 'delete', '*']],
    ['developer', `repository:${host}/team/app:*`, ['pull', 'push']],
    ['guest', `repository:${host}/team/app:push,pull`, ['pull']],
    ['stranger', `repository:${host}/team/app:pull`, []],
    ['stranger', `repository:${host}/open/app:pull`, ['pull']],
    ['developer', 'repository:team/app:push,pull', ['pull', 'push']],
    ['maintainer', 'repository:elsewhere.example.com/team/app:*', []],
    ['maintainer', `repository:${host}:9999/team/app:*`, []],
    ['admin', 'registry:catalog:*', ['*']],
  ])('%s asks %s and gets %j', async (as, scope, expected) => {
    expect((await access('harbor-notary', scope, as))[0]!.actions).toEqual(expected);
  });

  it('at the registry’s own origin is granted apart from a repository of that name', async () => {
    const name = `${host}/team/app`;
    await expect(access('harbor-registry', `repository:${name}:push,pull`)).resolves.toEqual([
      { type: 'repository', name, actions: [] },
      { type: 'trust', name, actions: ['pull', 'push'] },
    ]);
    await core.createProject(host, true);
    await expect(access('harbor-registry', `repository:${name}:push,pull`)).resolves.toEqual([
      { type: 'repository', name, actions: ['pull'] },
      { type: 'trust', name, actions: ['pull', 'push'] },
    ]);
  });
});

describe('refusals', () => {
  it.each([
    ['no service', '', 400],
    ['another service', '?service=docker.io', 400],
    ['a malformed scope', '?service=harbor-registry&scope=team', 400],
    ['no credentials and no scope', '?service=harbor-registry', 401],
    ['no credentials and an empty scope', '?service=harbor-registry&scope=', 401],
  ])('%s', async (_what, query, status) => {
    const answer = await core.request('GET', `//service/token${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Basic realm="harbor"' : undefined);
  });

  it('wrong credentials, scope or none', async () => {
    const headers = { authorization: `Basic ${Buffer.from('developer:Wrong1234').toString('base64')}` };
    for (const query of ['', '&scope=repository:open/app:pull']) {
      await expect(
        core.request('GET', `//service/token?service=harbor-registry${query}`, { headers }),
      ).resolves.toMatchObject({ status: 401, body: { errors: [{ code: 'UNAUTHORIZED' }] } });
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
    '%s is not a way to ask (containerd falls back to GET)',
    async (method) => {
      const answer = await core.request(method, '//service/token?service=harbor-registry', { as: 'developer' });
      expect(answer).toMatchObject({
        status: 405,
        headers: { allow: 'GET' },
        body: { errors: [{ code: 'METHOD_NOT_ALLOWED' }] },
      });
    },
  );

  it('POST with the form that containerd sends', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await expect(
      core.request('POST', '//service/token', { body: 'grant_type=password', headers }),
    ).resolves.toMatchObject({ status: 405 });
  });

  it('more scopes than anyone needs', async () => {
    const scopes = Array.from({ length: 101 }, (_, index) => `repository:team/app-${index}:pull`);
    await expect(ask('developer', ...scopes)).resolves.toMatchObject({ status: 400 });
    await expect(ask('developer', ...scopes.slice(1))).resolves.toMatchObject({ status: 200 });
  });
});

describe('what was granted ends', () => {
  it.each([
    [
      'who leaves the project',
      'leaver',
      async () => {
        const { body: members } = await core.request('GET', '/projects/team/members?entityname=leaver', {
          as: 'admin',
        });
        return core.request('DELETE', `/projects/team/members/${members[0].id}`, { as: 'admin' });
      },
    ],
    [
      'who changes the password',
      'leaver',
      async () => {
        const { body: user } = await core.request('GET', '/users/current', { as: 'leaver' });
        return core.request('PUT', `/users/${user.user_id}/password`, {
          as: 'leaver',
          body: { old_password: password, new_password: 'Another12' },
        });
      },
    ],
    [
      'when the project becomes private',
      'guest',
      () => core.request('PUT', '/projects/open', { as: 'admin', body: { metadata: { public: 'false' } } }),
    ],
  ] as [string, string, () => Promise<Answer>][])('for %s', async (_what, as, change) => {
    const { body } = await ask(as, 'repository:team/app:pull', 'repository:open/app:pull');
    await tokens().verify(body.token, 'harbor-registry');
    await expect(change()).resolves.toMatchObject({ status: 200 });
    await sleep(1_050);
    await expect(tokens().verify(body.token, 'harbor-registry')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('for everyone when the project is deleted', async () => {
    const { body } = await ask('developer', 'repository:team/app:pull');
    await tokens().verify(body.token, 'harbor-registry');
    await expect(core.request('DELETE', `/projects/${teamId}`, { as: 'admin' })).resolves.toMatchObject({
      status: 200,
    });
    await sleep(1_050);
    await expect(tokens().verify(body.token, 'harbor-registry')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
