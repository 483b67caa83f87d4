import type { RobotGrant, RobotPrincipal } from '@breakwater/access';
import type { AppError } from '@breakwater/kernel';
import { startIdentity, type IdentityBench } from './identity.suite';
import { RobotsService, type RobotInput } from './robots.service';

let bench: IdentityBench;
let close: () => Promise<void>;
let robots: RobotsService;
let team: number;

beforeAll(async () => {
  const started = await startIdentity();
  [bench] = started.benches as [IdentityBench];
  close = started.close;
  robots = bench.app.get(RobotsService, { strict: false });
  const rows = await bench.database.query<{ id: number }>(
    `INSERT INTO project (name, owner_id) VALUES ('team', 1), ('other', 1) RETURNING id`,
  );
  team = rows[0]!.id;
});
afterAll(() => close?.());

const admin = { kind: 'user', id: 1, name: 'admin', sysadmin: true, epoch: 0 } as const;
const on = (namespace: string, ...permissions: string[]) => ({
  kind: namespace === '/' ? 'system' : 'project',
  namespace,
  access: permissions.map((permission) => ({ resource: permission.split(':')[0]!, action: permission.split(':')[1]! })),
});
const input = (facts: Partial<RobotInput> = {}): RobotInput => ({
  name: 'ci',
  level: 'project',
  description: '',
  disable: false,
  duration: -1,
  permissions: [on('team', 'repository:pull')],
  ...facts,
});
const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: AppError) => error.code,
  );

describe('creation (section 1.6)', () => {
  it('makes a secret that is strong, or takes the given one', async () => {
    const { robot, secret } = await robots.create(input(), admin);
    expect(secret).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{32}$/);
    expect(robot).toMatchObject({
      fullName: 'robot$team+ci',
      projectId: team,
      expiresAt: -1,
      creatorType: 'local',
      creatorRef: 1,
    });
    await expect(robots.create(input({ name: 'given' }), admin)).resolves.toMatchObject({ secret: expect.any(String) });
    await expect(robots.create({ ...input({ name: 'own' }), secret: 'Secret123' }, admin)).resolves.toMatchObject({
      secret: undefined,
    });
    await expect(code(robots.create({ ...input({ name: 'weak' }), secret: 'secret123' }, admin))).resolves.toBe(
      'BAD_REQUEST',
    );
  });

  it.each([
    ['a name in upper case', { name: 'CI' }],
    ['a name with +', { name: 'a+b' }],
    ['an empty name', { name: '' }],
    ['a name too long', { name: 'a'.repeat(256) }],
    ['no days', { duration: 0 }],
    ['too few days', { duration: -2 }],
    ['too many days', { duration: 2_147_483_647 }],
    ['part of a day', { duration: 1.5 }],
    ['another level', { level: 'world' }],
    ['no permission', { permissions: [] }],
    ['two permissions for a project', { permissions: [on('team', 'repository:pull'), on('other', 'repository:pull')] }],
    ['every project for a project', { permissions: [on('*', 'repository:pull')] }],
    ['the system for a project', { permissions: [on('/', 'user:list')] }],
    ['no access', { permissions: [on('team')] }],
    ['an access that robots cannot have', { permissions: [on('team', 'robot:update')] }],
    ['an access of the other kind', { permissions: [on('team', 'user:list')] }],
    ['an unknown kind', { permissions: [{ ...on('team', 'repository:pull'), kind: 'world' }] }],
    ['a system elsewhere', { level: 'system', permissions: [{ ...on('/', 'user:list'), namespace: 'team' }] }],
    [
      'another effect',
      {
        permissions: [
          { kind: 'project', namespace: 'team', access: [{ resource: 'tag', action: 'list', effect: 'maybe' }] },
        ],
      },
    ],
  ])('refuses %s', async (_what, facts) => {
    await expect(code(robots.create(input({ name: 'refused', ...facts }), admin))).resolves.toBe('BAD_REQUEST');
  });

  it('refuses a taken name and an unknown project', async () => {
    await expect(code(robots.create(input({ name: 'twice' }), admin))).resolves.toBe('accepted');
    await expect(code(robots.create(input({ name: 'twice' }), admin))).resolves.toBe('CONFLICT');
    await expect(
      code(robots.create(input({ name: 'twice', permissions: [on('other', 'tag:list')] }), admin)),
    ).resolves.toBe('accepted');
    await expect(
      code(robots.create(input({ name: 'lost', permissions: [on('nowhere', 'tag:list')] }), admin)),
    ).resolves.toBe('NOT_FOUND');
  });

  it('lets two requests for one name make one robot', async () => {
    const codes = await Promise.all([1, 2, 3, 4].map(() => code(robots.create(input({ name: 'raced' }), admin))));
    expect(codes.sort()).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', 'accepted']);
  });

  it('keeps a denial where the same is allowed too', async () => {
    const access = [
      { resource: 'tag', action: 'list' },
      { resource: 'tag', action: 'list', effect: 'deny' },
      { resource: 'tag', action: 'list', effect: 'allow' },
    ];
    const { robot } = await robots.create(
      input({ name: 'both', permissions: [{ kind: 'project', namespace: 'team', access }] }),
      admin,
    );
    expect(robot.grants).toEqual([
      { kind: 'project', namespace: 'team', resource: 'tag', action: 'list', effect: 'deny' },
    ]);
  });

  it('takes the days of the settings when none are given, and counts them from now', async () => {
    const { robot } = await robots.create(input({ name: 'default', duration: undefined }), admin);
    expect(robot.duration).toBe(30);
    expect(robot.expiresAt - robot.creationTime.getTime() / 1_000).toBeCloseTo(30 * 86_400, -1);
  });
});

describe('a robot that makes robots', () => {
  const grant = (permission: string, facts: Partial<RobotGrant> = {}): RobotGrant => {
    const [resource = '', action = ''] = permission.split(':');
    return { kind: 'project', namespace: 'team', resource, action, effect: 'allow', ...facts };
  };
  const maker = (grants: RobotGrant[], projectId = 0): RobotPrincipal => ({
    kind: 'robot',
    id: 99,
    name: 'robot$maker',
    projectId,
    grants,
    epoch: 0,
  });
  let count = 0;
  const attempt = (creator: RobotPrincipal, facts: Partial<RobotInput>): Promise<string> =>
    code(robots.create(input({ name: `made-${(count += 1)}`, ...facts }), creator));

  it('passes on what it holds', async () => {
    await expect(attempt(maker([grant('repository:pull')]), {})).resolves.toBe('accepted');
    await expect(attempt(maker([grant('repository:pull', { namespace: '*' })]), {})).resolves.toBe('accepted');
    await expect(
      attempt(maker([grant('user:list', { kind: 'system', namespace: '/' })]), {
        level: 'system',
        permissions: [on('/', 'user:list')],
      }),
    ).resolves.toBe('accepted');
  });

  it('passes on no more', async () => {
    await expect(attempt(maker([grant('repository:pull')]), { permissions: [on('team', 'tag:list')] })).resolves.toBe(
      'DENIED',
    );
    await expect(
      attempt(maker([grant('repository:pull')]), { permissions: [on('other', 'repository:pull')] }),
    ).resolves.toBe('DENIED');
    await expect(
      attempt(maker([grant('repository:pull')]), { level: 'system', permissions: [on('*', 'repository:pull')] }),
    ).resolves.toBe('DENIED');
    await expect(
      attempt(maker([grant('label:read')]), { level: 'system', permissions: [on('/', 'label:read')] }),
    ).resolves.toBe('DENIED');
  });

  it('does not pass on what it is denied, in a wider namespace either', async () => {
    const denied = maker([
      grant('repository:pull', { namespace: '*' }),
      grant('repository:pull', { namespace: 'other', effect: 'deny' }),
    ]);
    await expect(attempt(denied, { permissions: [on('other', 'repository:pull')] })).resolves.toBe('DENIED');
    await expect(attempt(denied, { level: 'system', permissions: [on('*', 'repository:pull')] })).resolves.toBe(
      'DENIED',
    );
    await expect(attempt(denied, {})).resolves.toBe('accepted');
  });

  it('does not pass on the pull that a push would bring', async () => {
    const push = { permissions: [on('team', 'repository:push')] };
    await expect(attempt(maker([grant('repository:push')]), push)).resolves.toBe('DENIED');
    await expect(attempt(maker([grant('repository:push')]), { ...push, level: 'system' })).resolves.toBe('accepted');
    await expect(attempt(maker([grant('repository:push')], team), push)).resolves.toBe('accepted');
    await expect(
      attempt(maker([grant('repository:push'), grant('repository:pull', { effect: 'deny' })], team), push),
    ).resolves.toBe('DENIED');
  });

  it('is named as the creator', async () => {
    const { robot } = await robots.create(input({ name: 'child' }), maker([grant('repository:pull')]));
    expect(robot).toMatchObject({ creatorType: 'robot', creatorRef: 99 });
  });
});

describe('changes', () => {
  it('counts the expiry from the creation, and leaves it alone when the secret is refreshed', async () => {
    const { robot } = await robots.create(input({ name: 'aging' }), admin);
    await bench.database.query(`UPDATE robot SET creation_time = now() - interval '3 days' WHERE id = $1`, [robot.id]);
    await robots.update(robot.id, input({ name: robot.fullName, duration: 10 }));
    const expiresAt = (await robots.get(robot.id)).expiresAt;
    expect(expiresAt - Date.now() / 1_000).toBeCloseTo(7 * 86_400, -1);
    await robots.refreshSecret(robot.id);
    await expect(robots.get(robot.id)).resolves.toMatchObject({ expiresAt, duration: 10, epoch: 2 });
  });

  it('keeps name, level and project', async () => {
    const { robot } = await robots.create(input({ name: 'fixed' }), admin);
    await expect(code(robots.update(robot.id, input({ name: 'renamed' })))).resolves.toBe('BAD_REQUEST');
    await expect(code(robots.update(robot.id, input({ name: 'fixed', level: 'system' })))).resolves.toBe('BAD_REQUEST');
    await expect(
      code(robots.update(robot.id, input({ name: 'fixed', permissions: [on('other', 'tag:list')] }))),
    ).resolves.toBe('BAD_REQUEST');
    await expect(
      code(robots.update(robot.id, input({ name: 'fixed', permissions: [on('team', 'tag:list')] }))),
    ).resolves.toBe('accepted');
    expect((await robots.get(robot.id)).grants).toEqual([
      { kind: 'project', namespace: 'team', resource: 'tag', action: 'list', effect: 'allow' },
    ]);
  });

  it('knows no robot that is not there', async () => {
    await expect(code(robots.get(987_654))).resolves.toBe('NOT_FOUND');
    await expect(code(robots.remove(987_654))).resolves.toBe('NOT_FOUND');
  });
});

describe('lists', () => {
  it('show one project or the system, filtered, sorted and in pages', async () => {
    await robots.create(
      input({ name: 'sys-b', level: 'system', permissions: [on('/', 'user:list'), on('*', 'tag:list')] }),
      admin,
    );
    await robots.create(input({ name: 'sys-a', level: 'system', permissions: [on('/', 'user:list')] }), admin);
    const options = {
      filters: [{ key: 'name', match: 'fuzzy' as const, value: 'sys-' }],
      sorts: [],
      page: 1,
      pageSize: 1,
    };
    const first = await robots.list(0, options);
    expect(first.total).toBe(2);
    expect(first.items.map(({ fullName }) => fullName)).toEqual(['robot$sys-a']);
    const descending = await robots.list(0, { ...options, sorts: [{ key: 'name', descending: true }], pageSize: 10 });
    expect(descending.items.map(({ name }) => name)).toEqual(['sys-b', 'sys-a']);
    const ofTeam = await robots.list(team, {
      filters: [{ key: 'name', match: 'exact', value: 'team+ci' }],
      sorts: [],
      page: 1,
      pageSize: 10,
    });
    expect(ofTeam.items.map(({ fullName }) => fullName)).toEqual(['robot$team+ci']);
  });
});

describe('a deleted project', () => {
  it('takes its robots along, and grants on its name', async () => {
    await bench.database.query(`INSERT INTO project (id, name, owner_id) VALUES (500, 'gone', 1)`);
    const own = await robots.create(input({ name: 'own-of-gone', permissions: [on('gone', 'tag:list')] }), admin);
    const visitor = await robots.create(
      input({ name: 'visitor', level: 'system', permissions: [on('gone', 'tag:list'), on('team', 'tag:list')] }),
      admin,
    );
    await robots.removeOfProject({ id: 500, name: 'gone' });
    await expect(code(robots.get(own.robot.id))).resolves.toBe('NOT_FOUND');
    const left = await robots.get(visitor.robot.id);
    expect(left.grants.map(({ namespace }) => namespace)).toEqual(['team']);
    expect(left.epoch).toBe(1);
  });
});
