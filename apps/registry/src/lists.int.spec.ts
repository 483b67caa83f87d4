import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let admin: RepositoryClient;
/** ASCII order, which is neither the alphabet's nor the locale's. */
const repositories = [
  'lists/0',
  'lists/A'.toLowerCase(),
  'lists/a-b',
  'lists/a.b',
  'lists/a/b',
  'lists/a0',
  'lists/a_b',
  'lists/ab',
  'lists/b',
];
const tags = ['0', '10', '9', 'A', 'B', 'Z', '_', 'a', 'a-1', 'a.1', 'a1', 'b', 'v1.10', 'v1.9'];

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('lists');
  for (const name of repositories.slice().reverse()) await (await registry.as(system, name)).pushImage(name, 'latest');
  const app = await registry.as(system, 'lists/b');
  const { manifest } = await app.pushImage('lists/b');
  for (const tag of [...tags].reverse()) expectStatus(await app.pushManifest(manifest, tag), 201);
  await app.send('DELETE', '/manifests/latest');
  const access = [{ type: 'registry', name: 'catalog', actions: ['*'] }];
  admin = registry.withToken('lists/b', await registry.token(system, [['lists/b', 'pull']], access));
});
afterAll(() => registry.stop());

describe.each([
  ['/v2/_catalog', 'repositories', repositories.sort()],
  ['/v2/lists/b/tags/list', 'tags', tags.sort()],
])('%s', (path, field, all) => {
  const list = async (query = '') => {
    const answer = expectStatus(await admin.send('GET', path + query), 200);
    const names = answer.json<Record<string, string[]>>()[field]!;
    return { names, link: answer.headers.link };
  };

  it('lists everything in ASCII order', async () => {
    expect(await list()).toEqual({ names: all, link: undefined });
    expect(all).toEqual([...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it.each([1, 2, 3, 5, 100])('walks through in pages of %i', async (n) => {
    const found: string[] = [];
    let next: string | undefined = `?n=${n}`;
    while (next !== undefined) {
      const page: Awaited<ReturnType<typeof list>> = await list(next);
      expect(page.names.length).toBeLessThanOrEqual(n);
      found.push(...page.names);
      const link = /^<([^>]+)>; rel="next"$/.exec(String(page.link ?? ''))?.[1];
      if (link) expect(link.startsWith(`${path}?`)).toBe(true);
      next = link?.slice(path.length);
    }
    expect(found).toEqual(all);
  });

  it('gives nothing, and no way on, for n=0', async () => {
    expect(await list('?n=0')).toEqual({ names: [], link: undefined });
    expect(await list(`?n=0&last=${all[0]}`)).toEqual({ names: [], link: undefined });
  });

  it('starts after a last that need not exist', async () => {
    expect((await list(`?last=${all[3]}`)).names).toEqual(all.slice(4));
    expect((await list(`?n=2&last=${all[3]}!`)).names).toEqual(all.slice(4, 6));
    expect(await list('?last=zzzz')).toEqual({ names: [], link: undefined });
    expect((await list('?last=')).names).toEqual(all);
    expect((await list('?last=%00')).names).toEqual(all);
    expect((await list(`?last=${encodeURIComponent("' OR 1=1 --")}`)).names).toEqual(all);
  });

  it('has no more than there is', async () => {
    for (const n of ['10000', '99999999999999999999', '']) expect((await list(`?n=${n}`)).names).toEqual(all);
    expect(await list(`?n=${all.length}`)).toEqual({ names: all, link: undefined });
  });

  it.each(['-1', '1.5', 'x', '0x10', '1e2', '%00', '+1'])('refuses n=%s', async (n) => {
    const answer = expectStatus(await admin.send('GET', `${path}?n=${n}`), 400);
    expect(answer.codes()).toEqual(['PAGINATION_NUMBER_INVALID']);
  });

  it('refuses a parameter given twice', async () => {
    expect(expectStatus(await admin.send('GET', `${path}?n=1&n=2`), 400).codes()).toEqual(['BAD_REQUEST']);
  });
});

describe('the tag list', () => {
  it('is unknown for a repository that is not there', async () => {
    const other = await registry.as(system, 'lists/none');
    expect(expectStatus(await other.send('GET', '/tags/list'), 404).codes()).toEqual(['NAME_UNKNOWN']);
  });

  it('is an empty list, not null', async () => {
    const other = await registry.as(system, 'lists/untagged');
    await other.pushImage('untagged');
    expect((await other.send('GET', '/tags/list')).json()).toEqual({ name: 'lists/untagged', tags: [] });
  });
});

describe('the catalog', () => {
  it('shows no repository that has nothing but uploads and blobs', async () => {
    const hidden = await registry.as(system, 'lists/hidden');
    await hidden.startUpload();
    await hidden.pushBlob(Buffer.from('hidden'));
    const { repositories: names } = (await admin.send('GET', '/v2/_catalog?n=1000')).json<{ repositories: string[] }>();
    expect(names).not.toContain('lists/hidden');
  });
});

describe('around the routes', () => {
  it('answers /v2 with and without a slash', async () => {
    for (const path of ['/v2', '/v2/', '/v2?ns=docker.io']) {
      const answer = expectStatus(
        await registry.http.send('GET', path, { headers: { authorization: admin.authorization! } }),
        200,
      );
      expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0');
      expect(answer.json()).toEqual({});
    }
  });

  it('tolerates ns= on pulls', async () => {
    expectStatus(await admin.send('GET', '/manifests/a?ns=docker.io'), 200);
    expectStatus(await admin.send('HEAD', '/manifests/a?ns=docker.io'), 200);
  });

  it.each([
    ['POST', '/v2/', 'GET'],
    ['DELETE', '/v2/_catalog', 'GET'],
    ['POST', '/v2/lists/b/tags/list', 'GET'],
    ['POST', '/v2/lists/b/manifests/a', 'GET, HEAD, PUT, DELETE'],
    ['GET', '/v2/lists/b/blobs/uploads/', 'POST'],
    ['PUT', '/v2/lists/b/blobs/uploads', 'POST'],
    ['POST', '/v2/lists/b/blobs/uploads/x', 'GET, PATCH, PUT, DELETE'],
    ['PUT', '/v2/lists/b/blobs/sha256:00', 'GET, HEAD, DELETE'],
    ['POST', '/v2/lists/b/referrers/sha256:00', 'GET'],
    ['OPTIONS', '/v2/lists/b/manifests/a', 'GET, HEAD, PUT, DELETE'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const answer = expectStatus(await admin.send(method, path), 405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.codes()).toEqual(['UNSUPPORTED']);
  });

  it('never sends a body with HEAD', async () => {
    const digest = (await admin.send('GET', '/manifests/a')).headers['docker-content-digest'];
    for (const path of [
      '/manifests/a',
      `/manifests/${digest}`,
      '/manifests/none',
      `/blobs/${digest}`,
      '/blobs/x',
      '/nothing',
    ])
      for (const authorization of [admin.authorization!, 'Bearer x', '']) {
        const head = `HEAD /v2/lists/b${path} HTTP/1.1\r\nHost: t\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`;
        const text = await registry.http.raw(head);
        expect(text).toMatch(/^HTTP\/1\.1 \d{3} /);
        expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe('');
      }
  });
});
