import { insertArtifact } from '../testing/artifact-fixture';
import { password, startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let child: { id: number; digest: string };

beforeAll(async () => {
  core = await startTestCore();
  await core.createUser('frank');
  await core.createUser('mary');
  await core.createProject('open', true);
  await core.createProject('closed');
  await core.addMember('closed', 'mary', 5);
  child = await insertArtifact(core.database, { repository: 'open/nginx', content: 'child' });
  await insertArtifact(core.database, {
    repository: 'open/nginx',
    content: 'index',
    tags: ['v1.0.0', 'latest'],
    children: [child],
  });
  await insertArtifact(core.database, { repository: 'closed/engine', content: 'shared', tags: ['v1.0.1'] });
  await insertArtifact(core.database, { repository: 'open/engine', content: 'shared', tags: ['v1.0.1', 'v2'] });
  await core.database.query(`INSERT INTO manifest (digest, payload, size) VALUES ('sha256:${'9'.repeat(64)}', '', 0)`);
  for (const name of ['open/nginx', 'closed/engine'])
    await core.database.query(
      `INSERT INTO artifact (project_id, repository_id, digest, type, media_type, manifest_media_type, size, manifest_size, annotations)
       SELECT project_id, id, 'sha256:${'9'.repeat(64)}', 'IMAGE', '', '', 1, 1, '{"org.example.revision": "abc=1"}' FROM repository WHERE name = $1`,
      [name],
    );
  await putLabels();
}, 60_000);
afterAll(() => core.close());

/** `prod` is a label of every project and of `closed`; `prod-eu` one of `open`; nothing carries `prod-old`. */
async function putLabels(): Promise<void> {
  await core.database.query(
    `INSERT INTO label (name, project_id) SELECT l.name, p.id
     FROM (VALUES ('prod', NULL), ('prod', 'closed'), ('prod-eu', 'open'), ('prod-old', 'closed'), ('größe', 'open')) l (name, project)
     LEFT JOIN project p ON p.name = l.project`,
  );
  await core.database.query(
    `INSERT INTO label_reference (label_id, artifact_id)
     SELECT l.id, a.id FROM label l JOIN artifact a ON l.project_id IS NULL OR l.project_id = a.project_id
     JOIN repository r ON r.id = a.repository_id
     WHERE (l.name, r.name) IN (('prod', 'closed/engine'), ('prod', 'open/engine'), ('prod-eu', 'open/engine')) OR
       (l.name = 'größe' AND a.id = $1)`,
    [child.id],
  );
}

describe('searching names', () => {
  const find = (q: string, as?: string) => core.request('GET', `/search?q=${encodeURIComponent(q)}`, { as });
  const found = ({ body }: Answer): string[] => [
    ...body.project.map(({ name }: { name: string }) => name),
    ...body.repository.map(({ repository_name: name }: { repository_name: string }) => name),
  ];

  it.each([
    ['ngin', undefined, ['open/engine', 'open/nginx']],
    ['NGINX', undefined, ['open/nginx']],
    ['engine', 'frank', ['open/engine']],
    ['engine', 'mary', ['closed/engine', 'open/engine']],
    ['e', 'admin', ['closed', 'open', 'closed/engine', 'open/engine', 'open/nginx']],
    ['n/n', undefined, ['open/nginx']],
    ['', undefined, ['library', 'open', 'open/engine', 'open/nginx']],
    ['%', 'admin', []],
    ['_____', 'admin', []],
    ["'; DROP TABLE tag", 'admin', []],
    ['gin_', 'admin', []],
  ])('%j as %s finds %j', async (q, as, expected) => {
    expect(found(await find(q, as))).toEqual(expected);
  });

  it('answers as the reference has it', async () => {
    const { status, body } = await find('open', 'admin');
    expect(status).toBe(200);
    expect(body.project).toMatchObject([{ name: 'open', repo_count: 2, metadata: { public: 'true' } }]);
    expect(body.repository[0]).toEqual({
      project_id: body.project[0].project_id,
      project_name: 'open',
      project_public: true,
      repository_name: 'open/engine',
      pull_count: 0,
      artifact_count: 1,
    });
  });

  it('refuses what no name holds', async () => {
    expect((await find('\0')).status).toBe(422);
    expect((await find('x'.repeat(256))).status).toBe(422);
  });
});

describe('searching artifacts', () => {
  const find = (query: string, as?: string) => core.request('GET', `/search/artifacts?${query}`, { as });
  const places = ({ body }: Answer): string[] => body.map((one: { repository_name: string }) => one.repository_name);
  const pagesOf = async (query: string): Promise<string[][]> => {
    const pages: string[][] = [];
    let path: string | undefined = `/search/artifacts?${query}`;
    while (path !== undefined && pages.length < 10) {
      const answer: Answer = await core.request('GET', path, { as: 'admin' });
      pages.push(places(answer));
      path = /^<\/api\/v2\.0(.*)>; rel="next"$/.exec(answer.headers.link ?? '')?.[1];
    }
    expect(path).toBeUndefined();
    return pages;
  };
  const revision = `annotation=${encodeURIComponent('org.example.revision=abc=1')}`;

  it.each([
    ['tag=v1.0.1', undefined, ['open/engine']],
    ['tag=v1.0.1', 'frank', ['open/engine']],
    ['tag=v1.0.1', 'mary', ['closed/engine', 'open/engine']],
    ['tag=v1.0.1', 'admin', ['closed/engine', 'open/engine']],
    ['tag=v1*', 'admin', ['open/nginx', 'closed/engine', 'open/engine']],
    ['tag=v*', undefined, ['open/nginx', 'open/engine', 'open/engine']],
    ['tag=none', 'admin', []],
    [`digest=${'9'.repeat(64)}`, 'frank', ['open/nginx']],
    ['digest=999999', 'mary', ['open/nginx', 'closed/engine']],
    ['digest=sha256:9999999', 'mary', ['open/nginx', 'closed/engine']],
    [revision, 'mary', ['open/nginx', 'closed/engine']],
    [revision, undefined, ['open/nginx']],
    ['annotation=org.example.revision%3Dabc', 'admin', []],
    ['label=prod', undefined, ['open/engine']],
    ['label=prod', 'frank', ['open/engine']],
    ['label=prod', 'mary', ['closed/engine', 'open/engine', 'closed/engine']],
    ['label=prod*', 'frank', ['open/engine', 'open/engine']],
    ['label=prod-eu', 'frank', ['open/engine']],
    ['label=prod-', 'admin', []],
    ['label=Prod', 'admin', []],
    ['label=pro%25', 'admin', []],
    // On a part of an index.
    [`label=${encodeURIComponent('größe')}`, undefined, ['open/nginx']],
    [`label=${encodeURIComponent('gr*')}`, undefined, ['open/nginx']],
  ])('%s as %s finds %j', async (query, as, expected) => {
    expect(places(await find(query, as))).toEqual(expected);
  });

  it('finds a part of an index by its digest, with all about it', async () => {
    expect((await find(`digest=${child.digest}`)).body).toEqual([
      {
        id: child.id,
        project_id: expect.any(Number),
        repository_id: expect.any(Number),
        repository_name: 'open/nginx',
        digest: child.digest,
        type: 'IMAGE',
        media_type: 'application/vnd.oci.image.config.v1+json',
        manifest_media_type: 'application/vnd.oci.image.manifest.v1+json',
        artifact_type: 'application/vnd.oci.image.config.v1+json',
        size: 100,
        push_time: expect.stringMatching(/Z$/),
        pull_time: '0001-01-01T00:00:00.000Z',
        tags: [],
      },
    ]);
  });

  it.each([
    ['tag=v*', ['open/nginx', 'closed/engine', 'open/engine', 'open/engine']],
    ['label=prod', ['closed/engine', 'open/engine', 'closed/engine']],
    ['label=prod*', ['closed/engine', 'open/engine', 'closed/engine', 'open/engine']],
  ])('leads from page to page through all of %s once', async (query, expected) => {
    expect((await pagesOf(`${query}&page_size=1`)).flat()).toEqual(expected);
  });

  it('leads past more labels that nothing carries than one page looks at', async () => {
    await core.database.query(
      `INSERT INTO label (name, project_id) SELECT 'many-' || lpad(n::text, 4, '0'), p.id
       FROM generate_series(1, 1001) n, project p WHERE p.name = 'open'`,
    );
    await core.database.query(
      `INSERT INTO label_reference (label_id, artifact_id) SELECT id, $1::bigint FROM label WHERE name = 'many-1001'`,
      [child.id],
    );
    expect(await pagesOf('label=many-*')).toEqual([[], ['open/nginx']]);
  });

  it.each([
    ['', 400],
    ['tag=v1&digest=999999', 400],
    ['digest=99999', 400],
    ['digest=latest', 400],
    ['tag=*', 400],
    ['tag=a%20b', 400],
    ['label=', 400],
    ['label=*', 400],
    ['annotation=novalue', 400],
    ['tag=v1&cursor=nonsense', 400],
    [`tag=v1&cursor=${Buffer.from('["v1",1]').toString('base64url')}`, 400],
    ['tag=v1&page_size=101', 422],
    ['tag=v%00', 422],
    ['label=v%00', 422],
    [`label=${'x'.repeat(130)}`, 422],
  ])('refuses %s with %i', async (query, status) => {
    expect((await find(query)).status).toBe(status);
  });

  it('shows a robot what it was given', async () => {
    const robot = async (name: string, resource: string) => {
      const permissions = [{ kind: 'project', namespace: 'closed', access: [{ resource, action: 'list' }] }];
      const body = { name, level: 'project', duration: -1, secret: password, permissions };
      expect((await core.request('POST', '/robots', { as: 'admin', body })).status).toBe(201);
      return `robot$closed+${name}`;
    };
    expect(places(await find('tag=v1.0.1', await robot('lists', 'artifact')))).toEqual([
      'closed/engine',
      'open/engine',
    ]);
    expect(places(await find('tag=v1.0.1', await robot('other', 'member')))).toEqual(['open/engine']);
  });
});
