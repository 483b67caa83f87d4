import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

const artifacts = '/projects/team/repositories/app/artifacts';

let core: TestCore;
let team: number;
let open: number;

beforeAll(async () => {
  core = await startTestCore();
  team = await core.createProject('team');
  open = await core.createProject('open', true);
  await core.createUser('maintainer');
  await core.createUser('guest');
  await core.addMember('team', 'maintainer', 4);
  await core.addMember('team', 'guest', 3);
  for (const name of ['a', 'b', 'c'])
    await insertArtifact(core.database, { repository: 'team/app', content: name, tags: [name] });
  await insertArtifact(core.database, { repository: 'open/app', content: 'a', tags: ['a'] });
});
afterAll(() => core?.close());

async function create(body: object, as = 'admin'): Promise<number> {
  const answer = await core.request('POST', '/labels', { as, body });
  expect(answer).toMatchObject({
    status: 201,
    headers: { location: expect.stringMatching(/^\/api\/v2\.0\/labels\/\d+$/) },
  });
  return Number(answer.headers.location!.split('/').at(-1));
}
const names = (body: { name: string }[]): string[] => body.map(({ name }) => name);
const list = (query: string, as?: string) => core.request('GET', `/labels${query}`, { as });

describe('labels', () => {
  it('of every project are made by administrators, and listed to anyone', async () => {
    const id = await create({ name: 'stable', description: 'Runs', color: '#61717D', scope: 'g', project_id: team });
    const listed = await list('?scope=g');
    expect((await list('')).body).toEqual(listed.body);
    expect(listed).toMatchObject({ status: 200, headers: { 'x-total-count': '1' } });
    expect(listed.body).toEqual([
      {
        id,
        name: 'stable',
        description: 'Runs',
        color: '#61717D',
        scope: 'g',
        creation_time: expect.any(String),
        update_time: expect.any(String),
      },
    ]);
    expect((await core.request('GET', `/labels/${id}`, { as: 'admin' })).body).toEqual(listed.body[0]);
    expect((await core.request('GET', `/labels/${id}`, { as: 'maintainer' })).status).toBe(403);
    expect((await core.request('GET', `/labels/${id}`)).status).toBe(401);
    const refused = { as: 'maintainer', body: { name: 'mine', scope: 'g' } };
    expect((await core.request('POST', '/labels', refused)).status).toBe(403);
  });

  it('of a project are made by its maintainers, and seen by who may', async () => {
    const id = await create({ name: 'team-only', scope: 'p', project_id: team }, 'maintainer');
    const path = `/labels/${id}`;
    expect((await core.request('GET', path, { as: 'guest' })).body).toMatchObject({ scope: 'p', project_id: team });
    const query = `?scope=p&project_id=${team}`;
    expect(names((await list(query, 'guest')).body)).toEqual(['team-only']);
    expect((await list(query)).status).toBe(401);
    expect((await list(`?scope=p&project_id=${open}`)).body).toEqual([]);
    expect((await core.request('GET', path)).status).toBe(401);
    expect((await core.request('GET', '/labels/999999')).status).toBe(401);
    const visible = await create({ name: 'for-all', scope: 'p', project_id: open }, 'admin');
    expect((await core.request('GET', `/labels/${visible}`)).body).toMatchObject({ name: 'for-all', project_id: open });
    await core.request('DELETE', `/labels/${visible}`, { as: 'admin' });
    expect((await list('?scope=p&project_id=999999', 'guest')).status).toBe(403);
    expect((await list('?scope=p&project_id=999999', 'admin')).status).toBe(404);
    expect((await core.request('PUT', path, { as: 'guest', body: { name: 'x' } })).status).toBe(403);
    expect((await core.request('DELETE', path, { as: 'guest' })).status).toBe(403);
    expect(names((await list('?scope=g')).body)).not.toContain('team-only');
  });

  it.each(['?scope=x', '?scope=p'])('are not listed by %j', async (query) => {
    expect((await list(query, 'admin')).status).toBe(400);
  });

  it.each([
    [{ name: '', scope: 'g' }, 400],
    [{ scope: 'g' }, 400],
    [{ name: 'x'.repeat(129), scope: 'g' }, 400],
    [{ name: 'x', scope: 'g', color: '#'.repeat(17) }, 400],
    [{ name: 'a\0b', scope: 'g' }, 400],
    [{ name: 'x' }, 400],
    [{ name: 'x', scope: 'z' }, 400],
    [{ name: 'x', scope: 'p' }, 400],
    [{ name: 'x', scope: 'p', project_id: -1 }, 400],
    [{ name: 'x', scope: 'p', project_id: 999_999 }, 404],
    [{ name: 7, scope: 'g' }, 422],
  ])('%j is refused', async (body, status) => {
    expect((await core.request('POST', '/labels', { as: 'admin', body })).status).toBe(status);
  });

  it('have one name in one scope', async () => {
    const first = await create({ name: 'twice', scope: 'g' });
    expect((await core.request('POST', '/labels', { as: 'admin', body: { name: 'twice', scope: 'g' } })).status).toBe(
      409,
    );
    await create({ name: 'twice', scope: 'p', project_id: team });
    const second = await create({ name: 'Twice', scope: 'g' });
    const rename = (id: number, name: string) => core.request('PUT', `/labels/${id}`, { as: 'admin', body: { name } });
    expect((await rename(second, 'twice')).status).toBe(409);
    expect((await rename(first, 'twice')).status).toBe(200);
    expect((await rename(999_999, 'none')).status).toBe(404);
  });

  it('are changed as a whole, but for their scope', async () => {
    const id = await create({ name: 'before', description: 'd', color: 'red', scope: 'g' });
    const body = { id: 0, name: 'after', color: 'blue', scope: 'p', project_id: team };
    expect((await core.request('PUT', `/labels/${id}`, { as: 'admin', body })).status).toBe(200);
    expect((await core.request('GET', `/labels/${id}`, { as: 'admin' })).body).toMatchObject({
      name: 'after',
      description: '',
      color: 'blue',
      scope: 'g',
    });
  });

  it('are found by a part of their name, sorted and paged', async () => {
    for (const name of ['zone-a', 'zone-b', 'zone-c']) await create({ name, scope: 'p', project_id: open });
    const query = `?scope=p&project_id=${open}`;
    expect(names((await list(`${query}&name=ZONE&sort=-name&page_size=2`)).body)).toEqual(['zone-c', 'zone-b']);
    const paged = await list(`${query}&page_size=2&page=2`);
    expect(names(paged.body)).toEqual(['zone-c']);
    expect(paged.headers['x-total-count']).toBe('3');
    expect(names((await list(`${query}&q=name%3Dzone-b`)).body)).toEqual(['zone-b']);
    expect((await list(`${query}&q=id%3Dx`)).status).toBe(400);
  });
});

describe('labels of artifacts', () => {
  const put = (tag: string, id: number, as = 'maintainer', path = artifacts) =>
    core.request('POST', `${path}/${tag}/labels`, { as, body: { id } });
  const take = (tag: string, id: number, as = 'maintainer') =>
    core.request('DELETE', `${artifacts}/${tag}/labels/${id}`, { as });
  const labelsOf = async (tag: string) =>
    names((await core.request('GET', `${artifacts}/${tag}?with_label=true`, { as: 'guest' })).body.labels ?? []);
  const tagged = async (filter: string) =>
    (await core.request('GET', `${artifacts}?sort=id&q=${encodeURIComponent(filter)}`, { as: 'guest' })).body.map(
      ({ tags }: { tags: { name: string }[] }) => tags[0]?.name,
    );

  it('are put on, found by, and taken away', async () => {
    const one = await create({ name: 'one', scope: 'g' });
    const two = await create({ name: 'two', scope: 'p', project_id: team });
    expect((await put('a', one)).status).toBe(200);
    expect((await put('a', two)).status).toBe(200);
    expect((await put('b', one)).status).toBe(200);
    expect((await put('a', one)).status).toBe(409);
    expect(await labelsOf('a')).toEqual(['one', 'two']);
    expect((await core.request('GET', `${artifacts}/a`, { as: 'guest' })).body.labels).toBeNull();
    expect(await tagged(`labels=(${one})`)).toEqual(['a', 'b']);
    expect(await tagged(`labels=(${one} ${two})`)).toEqual(['a']);
    expect(await tagged(`labels=(${one} 999999)`)).toEqual([]);
    const counted = await core.request('GET', `${artifacts}?page_size=1&with_label=true&q=labels%3D(${one})`, {
      as: 'guest',
    });
    expect(counted.headers['x-total-count']).toBe('2');
    expect((await take('a', one)).status).toBe(200);
    expect((await take('a', one)).status).toBe(404);
    expect((await core.request('DELETE', `/labels/${two}`, { as: 'admin' })).status).toBe(200);
    expect((await core.request('DELETE', `/labels/${two}`, { as: 'admin' })).status).toBe(404);
    expect(await labelsOf('a')).toEqual([]);
    expect(await labelsOf('b')).toEqual(['one']);
  });

  it('of another project are not there', async () => {
    const other = await create({ name: 'other', scope: 'p', project_id: open });
    expect((await put('a', other, 'admin')).status).toBe(404);
    expect((await put('a', other, 'admin', '/projects/open/repositories/app/artifacts')).status).toBe(200);
    expect((await take('a', other)).status).toBe(404);
  });

  it('need an id, an artifact and somebody who may', async () => {
    const id = await create({ name: 'needed', scope: 'g' });
    expect((await core.request('POST', `${artifacts}/a/labels`, { as: 'admin', body: {} })).status).toBe(400);
    expect((await put('none', id)).status).toBe(404);
    expect((await put('a', 999_999)).status).toBe(404);
    expect((await put('a', id, 'guest')).status).toBe(403);
    expect((await take('a', id, 'guest')).status).toBe(403);
  });

  it('go with their project', async () => {
    const doomed = await core.createProject('doomed');
    const id = await create({ name: 'doomed', scope: 'p', project_id: doomed });
    expect((await core.request('DELETE', '/projects/doomed', { as: 'admin' })).status).toBe(200);
    expect((await core.request('GET', `/labels/${id}`, { as: 'admin' })).status).toBe(404);
  });
});
