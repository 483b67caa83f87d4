import { readFileSync, writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { uniqueLayer } from './support/images';
import { RepositoryClient, sha256 } from './support/registry';

jest.setTimeout(60_000);

/** The curl lines of walkthrough W1, over https with the platform's CA. */
clientSuite('curl', (use) => {
  let suite: ClientSuite;
  let url: string;
  let digest: string;

  interface Result {
    status: number;
    head: string;
    body: string;
  }

  async function curl(path: string, ...args: string[]): Promise<Result> {
    const { platform, client } = suite;
    const [head, body] = [suite.path('head'), suite.path('body')];
    const format = ['-sS', '--cacert', platform.caFile, '-D', head, '-o', body, '-w', '%{http_code}'];
    const { stdout } = await client(...format, ...args, `${url}${path}`);
    return { status: Number(stdout), head: readFileSync(head, 'utf8'), body: readFileSync(body, 'utf8') };
  }

  /** With `-u USER:PASS`: plain Basic on /v2, no token. */
  const curlAs = (path: string, ...args: string[]) => {
    const { username, password } = suite.maintainer;
    return curl(path, '-u', `${username}:${password}`, ...args);
  };

  beforeAll(async () => {
    suite = use();
    const { platform, project, developer } = suite;
    url = `https://${platform.httpsHost ?? `127.0.0.1:${platform.httpsPort}`}`;
    const repository = await RepositoryClient.open(platform, `${project}/web`, developer);
    digest = await repository.pushImage('v1', uniqueLayer());
    await repository.pushImage('v2', uniqueLayer());
  });

  it('lists the catalog to the administrator', async () => {
    const { username, password } = suite.platform.admin;
    const { status, body } = await curl('/v2/_catalog?n=1000', '-u', `${username}:${password}`);
    expect(status).toBe(200);
    expect((JSON.parse(body) as { repositories: string[] }).repositories).toContain(`${suite.project}/web`);
  });

  it('lists tags', async () => {
    const { status, body } = await curlAs(`/v2/${suite.project}/web/tags/list`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ name: `${suite.project}/web`, tags: ['v1', 'v2'] });
  });

  it('gives a manifest with its digest', async () => {
    const { status, head, body } = await curlAs(`/v2/${suite.project}/web/manifests/v1`);
    expect(status).toBe(200);
    expect(head.toLowerCase()).toContain(`docker-content-digest: ${digest}`);
    expect(JSON.parse(body)).toMatchObject({ schemaVersion: 2 });
  });

  it('refuses a wrong password as "unauthorized"', async () => {
    const { status, head, body } = await curl('/v2/_catalog', '-u', `${suite.maintainer.username}:wrong`);
    expect(status).toBe(401);
    expect(head).toMatch(/^www-authenticate: basic realm="/im);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
  });

  it('challenges a caller without credentials', async () => {
    const { status, head } = await curl(`/v2/${suite.project}/web/manifests/v1`);
    expect(status).toBe(401);
    expect(head).toContain(`realm="${url}/service/token"`);
    expect(head).toContain(`scope="repository:${suite.project}/web:pull"`);
  });

  it('uploads with curl -T, which sends Expect: 100-continue', async () => {
    const layer = uniqueLayer(2 * 1024 * 1024);
    const started = await curlAs(`/v2/${suite.project}/web/blobs/uploads/`, '-X', 'POST');
    expect(started.status).toBe(202);
    const location = /^location: (\S+)/im.exec(started.head)![1]!.replace(url, '');
    writeFileSync(suite.path('layer'), layer);
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${sha256(layer)}`;
    expect((await curlAs(path, '-T', suite.path('layer'))).status).toBe(201);
  });

  it('deletes by tag, which leaves the manifest, then by digest', async () => {
    const manifest = (reference: string) => `/v2/${suite.project}/web/manifests/${reference}`;
    expect((await curlAs(manifest('v1'), '-X', 'DELETE')).status).toBe(202);
    expect((await curlAs(manifest('v1'))).status).toBe(404);
    expect((await curlAs(manifest(digest))).status).toBe(200);
    expect((await curlAs(manifest(digest), '-X', 'DELETE')).status).toBe(202);
    const gone = await curlAs(manifest(digest));
    expect(gone.status).toBe(404);
    expect(JSON.parse(gone.body)).toMatchObject({ errors: [{ code: 'MANIFEST_UNKNOWN' }] });
  });
});
