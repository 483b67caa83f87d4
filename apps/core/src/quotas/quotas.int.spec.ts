import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const ids: Record<string, number> = {};

beforeAll(async () => {
  core = await startTestCore();
  await core.createUser('sara');
  for (const [name, used] of [
    ['aa', 30],
    ['bb', 10],
    ['cc', 20],
  ] as const) {
    ids[name] = await core.createProject(name);
    await core.database.query('UPDATE quota SET used = $2, hard = $3 WHERE project_id = $1', [
      ids[name],
      used,
      used * 10,
    ]);
  }
  await core.database.query(`DELETE FROM quota WHERE project_id = (SELECT id FROM project WHERE name = 'library')`);
});
afterAll(() => core.close());

const list = (query = '', as = 'admin') => core.request('GET', `/quotas${query}`, { as });
const names = (body: { ref: { name: string } }[]) => body.map(({ ref }) => ref.name);
const quotaOf = async (name: string) => (await list(`?reference=project&reference_id=${ids[name]}`)).body[0];
const put = (id: number, body: unknown, as = 'admin') => core.request('PUT', `/quotas/${id}`, { as, body });

describe('quotas', () => {
  it('are listed with their projects', async () => {
    const { status, headers, body } = await list('/');
    expect([status, headers['x-total-count']]).toEqual([200, '3']);
    expect(body[0]).toEqual({
      id: expect.any(Number),
      ref: { id: ids.aa, name: 'aa', owner_name: 'admin' },
      hard: { storage: 300 },
      used: { storage: 30 },
      creation_time: expect.stringMatching(/Z$/),
      update_time: expect.stringMatching(/Z$/),
    });
  });

  it.each([
    ['?sort=used.storage', ['bb', 'cc', 'aa']],
    ['?sort=-used.storage', ['aa', 'cc', 'bb']],
    ['?sort=-hard.storage', ['aa', 'cc', 'bb']],
    ['?sort=unknown', ['aa', 'bb', 'cc']],
    ['?page_size=1&page=2', ['bb']],
    ['?reference=project', ['aa', 'bb', 'cc']],
    ['?reference=user', []],
    ['?reference_id=none', []],
  ])('%s', async (query, expected) => {
    expect(names((await list(query)).body)).toEqual(expected);
  });

  it('are found by the id of the project, and by their own', async () => {
    const quota = await quotaOf('cc');
    expect(quota.ref.name).toBe('cc');
    expect((await core.request('GET', `/quotas/${quota.id}`, { as: 'admin' })).body).toEqual(quota);
    expect((await core.request('GET', '/quotas/999999', { as: 'admin' })).status).toBe(404);
  });

  it.each([1, 2 ** 50, -1])('take the limit %d', async (storage) => {
    const { id } = await quotaOf('bb');
    expect((await put(id, { hard: { storage } })).status).toBe(200);
    expect((await quotaOf('bb')).hard).toEqual({ storage });
    expect((await core.request('GET', '/projects/bb/summary', { as: 'admin' })).body.quota).toEqual({
      hard: { storage },
      used: { storage: 10 },
    });
  });

  it.each([
    ['zero', { hard: { storage: 0 } }, 400],
    ['less than unlimited', { hard: { storage: -2 } }, 400],
    ['more than 1024 TiB', { hard: { storage: 2 ** 50 + 1 } }, 400],
    ['another resource', { hard: { storage: 1, count: 5 } }, 400],
    ['no resource', { hard: {} }, 400],
    ['nothing', {}, 400],
    ['a fraction', { hard: { storage: 1.5 } }, 422],
    ['a text', { hard: { storage: '1' } }, 422],
  ])('refuse %s', async (_title, body, status) => {
    const before = await quotaOf('aa');
    expect((await put(before.id, body)).status).toBe(status);
    expect((await quotaOf('aa')).hard).toEqual(before.hard);
  });

  it('are the administrators’', async () => {
    const { id } = await quotaOf('aa');
    expect((await list('', 'sara')).status).toBe(403);
    expect((await core.request('GET', `/quotas/${id}`, { as: 'sara' })).status).toBe(403);
    expect((await put(id, { hard: { storage: 5 } }, 'sara')).status).toBe(403);
    expect((await core.request('GET', '/quotas')).status).toBe(401);
    expect((await put(999_999, { hard: { storage: 5 } })).status).toBe(404);
  });
});
