import { anonymous, type Principal, type RobotPrincipal, type UserPrincipal } from '@breakwater/access';
import { digestOf } from '@breakwater/kernel';
import { randomUUID } from 'node:crypto';
import { registeredRoutes } from './testing/registered-routes';
import { basic, internalSecret, password, RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus } from './testing/repository-client';

/**
 * Who may do what on /v2, copied by hand from management-platform.md: sections 3.1 and 3.2 (rows `repository` and
 * `artifact`), 2.5 (anonymous callers and robots). Never derive it from permissions.ts.
 * P pull, H push, D delete; first on a private project, then on a public one.
 */
const matrix = `
  anonymous                       |     | P
  stranger                        |     | P
  limitedGuest                    | P   | P
  guest                           | P   | P
  developer                       | PH  | PH
  maintainer                      | PHD | PHD
  projectAdmin                    | PHD | PHD
  sysadmin                        | PHD | PHD
  robot of the project, pull      | P   | P
  robot of the project, push      | PH  | PH
  robot of the project, delete    | D   | PD
  robot of the project, nothing   |     | P
  robot of another project        |     | P
  system robot, pull everywhere   | P   | P
  system robot, push here         | H   | PH
  system robot, elsewhere         |     | P
`;

const letters: Record<string, string> = { pull: 'P', push: 'H', delete: 'D' };
const roles: Record<string, number> = { projectAdmin: 1, maintainer: 4, developer: 2, guest: 3, limitedGuest: 5 };

const none = digestOf(Buffer.from('not there'));
const id = randomUUID();

/** Every route below a repository: what it demands, and a request that changes nothing when it is let in. */
const routes: Record<string, [demand: 'pull' | 'push' | 'delete', path: string]> = {
  'GET /v2/:name/manifests/:reference': ['pull', '/manifests/latest'],
  'HEAD /v2/:name/manifests/:reference': ['pull', '/manifests/latest'],
  'PUT /v2/:name/manifests/:reference': ['push', '/manifests/x'],
  'DELETE /v2/:name/manifests/:reference': ['delete', `/manifests/${none}`],
  'GET /v2/:name/blobs/:digest': ['pull', `/blobs/${none}`],
  'HEAD /v2/:name/blobs/:digest': ['pull', `/blobs/${none}`],
  'DELETE /v2/:name/blobs/:digest': ['delete', `/blobs/${none}`],
  'POST /v2/:name/blobs/uploads': ['push', `/blobs/uploads/?digest=sha256:x`],
  'GET /v2/:name/blobs/uploads/:id': ['push', `/blobs/uploads/${id}`],
  'PATCH /v2/:name/blobs/uploads/:id': ['push', `/blobs/uploads/${id}`],
  'PUT /v2/:name/blobs/uploads/:id': ['push', `/blobs/uploads/${id}?digest=${none}`],
  'DELETE /v2/:name/blobs/uploads/:id': ['push', `/blobs/uploads/${id}`],
  'GET /v2/:name/tags/list': ['pull', '/tags/list'],
  'GET /v2/:name/referrers/:digest': ['pull', `/referrers/${none}`],
};

/** Routes of no repository; each has a test of its own below. */
const others = [
  'GET /v2',
  'GET /v2/_catalog',
  'GET /healthz',
  'GET /readyz',
  'DELETE /internal/uploads/:id',
  'GET /internal/blobs/:digest',
  'GET /internal/precheck',
];

let registry: RegistryUnderTest;
const actors = new Map<string, Principal>();

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  const users: Record<string, UserPrincipal> = {};
  for (const name of [...Object.keys(roles), 'stranger', 'sysadmin'])
    users[name] = await registry.user(name.toLowerCase(), { sysadmin: name === 'sysadmin' });
  const members = Object.entries(roles).map(([name, role]): [UserPrincipal, number] => [users[name]!, role]);
  for (const [name, isPublic] of [
    ['private', false],
    ['public', true],
    ['other', false],
  ] as const) {
    await registry.project(name, { public: isPublic, members: name === 'other' ? [] : members });
    await (await registry.as(system, `${name}/app`)).pushImage(name, 'latest');
  }
  for (const [name, user] of Object.entries(users)) actors.set(name, user);
  actors.set('anonymous', anonymous);
});
afterAll(() => registry.stop());

/** Robots of a project are made once for each of the two projects. */
async function actor(name: string, project: string): Promise<Principal> {
  const known = actors.get(name) ?? actors.get(`${name} ${project}`);
  if (known) return known;
  const made = await makeRobot(name, project);
  actors.set(`${name} ${project}`, made);
  return made;
}

function makeRobot(name: string, project: string): Promise<RobotPrincipal> {
  const [level, what = ''] = name.split(', ');
  const grants: Record<string, [resource: string, action: string, namespace: string]> = {
    pull: ['repository', 'pull', project],
    push: ['repository', 'push', project],
    delete: ['artifact', 'delete', project],
    nothing: ['label', 'read', project],
    '': ['repository', 'push', 'other'],
    'pull everywhere': ['repository', 'pull', '*'],
    'push here': ['repository', 'push', project],
    elsewhere: ['repository', 'push', 'other'],
  };
  const [resource, action, namespace] = grants[what]!;
  return registry.robot({
    name: `r${actors.size}`,
    level: level === 'system robot' ? 'system' : 'project',
    permissions: [{ kind: 'project', namespace, access: [{ resource, action }] }],
  });
}

const rows = matrix
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .flatMap(([name = '', onPrivate = '', onPublic = '']) => [
    { name, project: 'private', may: onPrivate },
    { name, project: 'public', may: onPublic },
  ]);

describe('the routes', () => {
  it('are all in the table', () => {
    expect(registeredRoutes(registry.app).sort()).toEqual([...Object.keys(routes), ...others].sort());
  });
});

describe.each(rows)('$name on a $project project may "$may"', ({ name, project, may }) => {
  async function expectRoutes(send: (method: string, path: string) => Promise<{ status: number }>): Promise<void> {
    for (const [route, [demand, path]] of Object.entries(routes)) {
      const { status } = await send(route.split(' ')[0]!, path);
      const allowed = status !== 401;
      expect(`${route}: ${allowed}`).toBe(`${route}: ${may.includes(letters[demand]!)}`);
    }
  }

  it('through a token', async () => {
    const client = await registry.as(await actor(name, project), `${project}/app`);
    await expectRoutes((method, path) => client.send(method, path));
  });

  it('through Basic authentication', async () => {
    const principal = await actor(name, project);
    // Without the header even a public project is 401: docker needs the challenge (section 2.5).
    if (principal.kind === 'anonymous') may = '';
    const client = registry.basic(`${project}/app`, principal.kind === 'anonymous' ? undefined : nameOf(principal));
    await expectRoutes((method, path) => client.send(method, path));
  });
});

const nameOf = (principal: Principal): string => ('name' in principal ? principal.name : '');

describe('a token', () => {
  it('is good for what it was made for and nothing else', async () => {
    const admin = actors.get('sysadmin')!;
    for (const action of ['pull', 'push', 'delete']) {
      const client = registry.withToken('private/app', await registry.token(admin, [['private/app', action]]));
      const elsewhere = registry.withToken('private/other', await registry.token(admin, [['private/app', action]]));
      for (const [route, [demand, path]] of Object.entries(routes)) {
        const method = route.split(' ')[0]!;
        const { status } = await client.send(method, path);
        expect(`${action} ${route} ${status !== 401}`).toBe(`${action} ${route} ${demand === action}`);
        expect((await elsewhere.send(method, path)).status).toBe(401);
      }
    }
  });

  it('that lacks a scope is answered with a challenge for it', async () => {
    const client = registry.withToken('private/app', await registry.token(actors.get('guest')!, []));
    const challenge = async (method: string, path: string) => {
      const answer = expectStatus(await client.send(method, path), 401);
      expect(answer.codes()).toEqual(['UNAUTHORIZED']);
      return answer.headers['www-authenticate'];
    };
    const realm = `realm="http://127.0.0.1:${registry.http.port}/service/token",service="harbor-registry"`;
    expect(await challenge('GET', '/manifests/latest')).toBe(
      `Bearer ${realm},scope="repository:private/app:pull",error="insufficient_scope"`,
    );
    expect(await challenge('PUT', '/manifests/latest')).toContain('scope="repository:private/app:pull,push"');
    expect(await challenge('DELETE', '/manifests/latest')).toContain('scope="repository:private/app:delete"');
    expect(await challenge('GET', '/v2/_catalog')).toContain('scope="registry:catalog:*"');
  });
});

describe('Basic authentication', () => {
  it.each([
    ['a wrong password', () => basic('guest', 'wrong')],
    ['nobody', () => basic('nobody', password)],
    ['no colon', () => `Basic ${Buffer.from('guest').toString('base64')}`],
    ['no name', () => basic('', password)],
    ['no password', () => basic('guest', '')],
    ['NUL', () => basic('guest\0', password)],
    ['no base64', () => 'Basic %%%'],
    ['nothing', () => 'Basic'],
    ['another scheme', () => `Digest ${basic('guest', password).slice(6)}`],
  ])('with %s is 401', async (_, authorization) => {
    const answer = await registry.http.send('GET', '/v2/', { headers: { authorization: authorization() } });
    expect(expectStatus(answer, 401).headers['www-authenticate']).toMatch(/^(Basic realm="harbor"|Bearer realm=)/);
  });

  it('is refused with a Basic challenge, for another token would not help', async () => {
    const answer = await registry.basic('private/app', 'stranger').send('GET', '/manifests/latest');
    expect(expectStatus(answer, 401).headers['www-authenticate']).toBe('Basic realm="harbor"');
  });

  it('does not tell whether a project exists', async () => {
    const [one, two] = await Promise.all(
      ['private/app', 'nothing/app'].map((name) => registry.basic(name, 'stranger').send('GET', '/manifests/latest')),
    );
    expect(two!.body.toString().replaceAll('nothing', 'private')).toBe(one!.body.toString());
    expect(two!.status).toBe(one!.status);
  });

  it.each(['disabled = true', 'expires_at = 1'])('is over for a robot with %s', async (change) => {
    const robot = await registry.robot({
      name: change.replace(/\W+/g, '-'),
      level: 'project',
      permissions: [{ kind: 'project', namespace: 'private', access: [{ resource: 'repository', action: 'pull' }] }],
    });
    await registry.sql(`UPDATE robot SET ${change} WHERE id = $1`, [robot.id]);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expectStatus(await registry.basic('private/app', robot.name).send('GET', '/manifests/latest'), 401);
  });
});

describe('GET /v2/', () => {
  it('is for anybody who is somebody', async () => {
    const get = (authorization?: string) =>
      registry.http.send('GET', '/v2/', { headers: authorization ? { authorization } : {} });
    const refused = expectStatus(await get(), 401);
    expect(refused.headers['www-authenticate']).toBe(
      `Bearer realm="http://127.0.0.1:${registry.http.port}/service/token",service="harbor-registry"`,
    );
    expect(refused.headers['docker-distribution-api-version']).toBe('registry/2.0');
    expectStatus(await get(basic('stranger', password)), 200);
    expectStatus(await get(`Bearer ${await registry.token(anonymous, [])}`), 200);
  });
});

describe('GET /v2/_catalog', () => {
  it('is for administrators and robots that were given it', async () => {
    const catalog = (name: string) => registry.basic('x/y', name).send('GET', '/v2/_catalog');
    for (const name of [...Object.keys(roles), 'stranger']) expectStatus(await catalog(name.toLowerCase()), 401);
    expectStatus(await catalog('sysadmin'), 200);
    const robot = (name: string, resource: string) =>
      registry.robot({
        name,
        level: 'system',
        permissions: [{ kind: 'system', namespace: '/', access: [{ resource, action: 'read' }] }],
      });
    expectStatus(await catalog((await robot('lister', 'catalog')).name), 200);
    expectStatus(await catalog((await robot('other', 'label')).name), 401);
    expectStatus(await registry.http.send('GET', '/v2/_catalog'), 401);
  });

  it('needs a token that says so', async () => {
    const admin = actors.get('sysadmin')!;
    for (const [type, name, actions] of [
      ['registry', 'catalog', ['pull']],
      ['repository', 'catalog', ['*']],
      ['registry', 'other', ['*']],
    ] as const) {
      const token = await registry.token(admin, [], [{ type, name, actions: [...actions] }]);
      expectStatus(await registry.withToken('x/y', token).send('GET', '/v2/_catalog'), 401);
    }
  });
});

describe('the platform’s own routes', () => {
  it.each([
    undefined,
    'Harbor-Secret wrong-secret-of-tests!!',
    'Harbor-Secret ',
    `Bearer ${internalSecret}`,
    internalSecret,
    basic('sysadmin', password),
  ])('refuse %s', async (authorization) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const answer = await registry.http.send('DELETE', `/internal/uploads/${id}`, { headers });
    expect(expectStatus(answer, 401).codes()).toEqual(['UNAUTHORIZED']);
  });

  it('let nobody into /v2', async () => {
    const headers = { authorization: `Harbor-Secret ${internalSecret}` };
    expectStatus(await registry.http.send('GET', '/v2/private/app/tags/list', { headers }), 401);
  });

  it('ask about a push what the push itself would ask', async () => {
    const ask = (uri: string, authorization: string | undefined, length = '10') =>
      registry.http.send('GET', '/internal/precheck', {
        headers: {
          'x-original-uri': uri,
          'x-original-content-length': length,
          ...(authorization && { authorization }),
        },
      });
    const upload = '/v2/private/app/blobs/uploads/';
    expectStatus(await ask(upload, basic('developer', password)), 204);
    for (const authorization of [undefined, basic('guest', password), 'Bearer x']) {
      const answer = expectStatus(await ask(upload, authorization), 403);
      expect(answer.headers['x-refusal-status']).toBe('401');
      expect(answer.headers['www-authenticate']).toBeDefined();
    }
    const large = await ask('/v2/private/app/manifests/x', basic('developer', password), String(5 * 1024 * 1024));
    expect(expectStatus(large, 403).headers['x-refusal-status']).toBe('413');
  });

  it('tell everybody about health', async () => {
    expectStatus(await registry.http.send('GET', '/healthz'), 200);
    expectStatus(await registry.http.send('GET', '/readyz'), 200);
  });
});
