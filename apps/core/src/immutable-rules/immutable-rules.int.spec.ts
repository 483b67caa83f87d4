import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('fixed');
  for (const [name, role] of Object.entries(members)) {
    await core.createUser(name);
    if (role) await core.addMember('fixed', name, role);
  }
});
afterAll(() => core.close());

const members = { boss: 1, dev: 2, keeper: 4, stranger: 0 };
const rules = '/projects/fixed/immutabletagrules';

const rule = (tags: string, repositories = '**') => ({
  action: 'immutable',
  template: 'immutable_template',
  tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: tags }],
  scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: repositories }] },
});

async function create(body: unknown, as = 'admin'): Promise<number> {
  const { status, headers } = await core.request('POST', rules, { as, body });
  expect(status).toBe(201);
  expect(headers.location).toMatch(/^\/api\/v2\.0\/projects\/\d+\/immutabletagrules\/\d+$/);
  return Number(headers.location?.split('/').at(-1));
}

const send = (method: string, path: string, body?: unknown) => core.request(method, path, { as: 'admin', body });

describe('immutable tag rules', () => {
  it('are made, listed, changed and deleted', async () => {
    const id = await create(rule('a-*'), 'keeper');
    const listed = await core.request('GET', rules, { as: 'keeper' });
    expect(listed.headers['x-total-count']).toBe('1');
    expect(listed.body).toEqual([
      {
        id,
        priority: 0,
        disabled: false,
        action: 'immutable',
        template: 'immutable_template',
        params: {},
        tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'a-*', extras: '' }],
        scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**', extras: '' }] },
      },
    ]);
    const changed = { ...rule('b-*'), disabled: true };
    expect((await core.request('PUT', `${rules}/${id}`, { as: 'keeper', body: changed })).status).toBe(200);
    expect((await send('GET', `${rules}?q=disabled=true`)).body[0].tag_selectors[0].pattern).toBe('b-*');
    expect((await core.request('DELETE', `${rules}/${id}`, { as: 'keeper' })).status).toBe(200);
    expect((await send('GET', rules)).body).toEqual([]);
  });

  it('exist once', async () => {
    const [first, second] = [await create(rule('once-*')), await create(rule('twice-*'))];
    expect((await send('POST', rules, rule('once-*'))).status).toBe(409);
    expect((await send('PUT', `${rules}/${second}`, rule('once-*'))).status).toBe(409);
    for (const id of [first, second]) expect((await send('DELETE', `${rules}/${id}`)).status).toBe(200);
  });

  it('must be understood', async () => {
    expect((await send('POST', rules, rule('['))).status).toBe(400);
    expect((await send('POST', rules, { ...rule('x'), tag_selectors: [] })).status).toBe(422);
    expect((await send('POST', rules, { ...rule('x'), scope_selectors: {} })).status).toBe(422);
    expect((await send('PUT', `${rules}/987654`, rule('x'))).status).toBe(404);
    expect((await send('DELETE', `${rules}/987654`)).status).toBe(404);
  });

  it.each([
    ['dev', 403],
    ['stranger', 403],
    [undefined, 401],
  ])('are not for %s', async (as, status) => {
    for (const [method, path, body] of [
      ['GET', rules],
      ['POST', rules, rule('no')],
      ['PUT', `${rules}/1`, rule('no')],
      ['DELETE', `${rules}/1`],
    ] as const)
      expect((await core.request(method, path, { as, body })).status).toBe(status);
  });

  it('of another project are not there', async () => {
    await core.createProject('other');
    const id = await create(rule('mine'));
    const there = `/projects/other/immutabletagrules/${id}`;
    expect((await send('PUT', there, rule('yours'))).status).toBe(404);
    expect((await send('DELETE', there)).status).toBe(404);
    expect((await send('DELETE', `${rules}/${id}`)).status).toBe(200);
  });
});

describe('an immutable tag', () => {
  const artifacts = '/projects/fixed/repositories/app/artifacts';
  let id: number;

  beforeAll(async () => {
    await insertArtifact(core.database, { repository: 'fixed/app', content: 'release', tags: ['v1', 'latest'] });
    await insertArtifact(core.database, { repository: 'fixed/app', content: 'build', tags: ['nightly'] });
    const release = rule('v*', 'app');
    id = await create({
      ...release,
      tag_selectors: [...release.tag_selectors, { kind: 'doublestar', decoration: 'excludes', pattern: '*-rc' }],
    });
  });

  it('can be told from others', async () => {
    const of = (body: { name: string; immutable: boolean }[]) =>
      Object.fromEntries(body.map(({ name, immutable }) => [name, immutable]));
    expect(of((await send('GET', `${artifacts}/v1/tags?with_immutable_status=true`)).body)).toEqual({
      v1: true,
      latest: false,
    });
    expect(of((await send('GET', `${artifacts}/v1/tags`)).body)).toEqual({ v1: false, latest: false });
    expect(of((await send('GET', `${artifacts}/v1?with_immutable_status=true`)).body.tags)).toMatchObject({ v1: true });
    const listed = await send('GET', `${artifacts}?with_immutable_status=true&q=tags=v1`);
    expect(of(listed.body[0].tags)).toMatchObject({ v1: true });
  });

  it('stays, with its artifact and repository', async () => {
    const message = `Failed to process request due to 'fixed/app:v1' configured as immutable.`;
    for (const path of [`${artifacts}/v1/tags/v1`, `${artifacts}/v1`, '/projects/fixed/repositories/app']) {
      const refused = await send('DELETE', path);
      expect(refused.status).toBe(412);
      expect(refused.body.errors[0]).toMatchObject({ code: 'PRECONDITION', message });
    }
  });

  it('does not hold other tags, and may be new', async () => {
    expect((await send('POST', `${artifacts}/nightly/tags`, { name: 'v2-rc' })).status).toBe(201);
    expect((await send('DELETE', `${artifacts}/nightly/tags/v2-rc`)).status).toBe(200);
    expect((await send('DELETE', `${artifacts}/v1/tags/latest`)).status).toBe(200);
    expect((await send('POST', `${artifacts}/nightly/tags`, { name: 'v2' })).status).toBe(201);
    expect((await send('DELETE', `${artifacts}/nightly/tags/v2`)).status).toBe(412);
  });

  it('is free when the rule is off, at once', async () => {
    const off = { ...rule('v*', 'app'), disabled: true };
    expect((await send('PUT', `${rules}/${id}`, off)).status).toBe(200);
    expect((await send('DELETE', `${artifacts}/nightly/tags/v2`)).status).toBe(200);
    expect((await send('PUT', `${rules}/${id}`, { ...off, disabled: false })).status).toBe(200);
    expect((await send('DELETE', `${artifacts}/v1`)).status).toBe(412);
    expect((await send('DELETE', `${rules}/${id}`)).status).toBe(200);
    expect((await send('DELETE', '/projects/fixed/repositories/app')).status).toBe(200);
  });
});
