import { readFileSync, writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite, lines } from './support/client-suite';
import { writeLayout } from './support/images';

jest.setTimeout(120_000);

interface Discovered {
  referrers: { digest: string; artifactType: string; annotations?: Record<string, string> }[];
}

clientSuite('oras', (use) => {
  let suite: ClientSuite;
  const http = '--plain-http';

  const discover = async (reference: string, ...args: string[]) => {
    const { stdout } = await suite.client('discover', http, '--format', 'json', ...args, reference);
    return (JSON.parse(stdout) as Discovered).referrers;
  };

  beforeAll(async () => {
    suite = use();
    const { client, platform, maintainer } = suite;
    await client('login', http, platform.host, '-u', maintainer.username, '-p', maintainer.password);
    writeFileSync(suite.path('hello.txt'), 'hello from the pier\n');
    writeFileSync(suite.path('sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
    writeFileSync(suite.path('report.json'), '{"vulnerabilities":[]}');
  });

  it('pushes an artifact of its own type and pulls it back', async () => {
    const { client, base } = suite;
    await client('push', http, `${base}/files:v1`, '--artifact-type', 'application/vnd.example.greeting', 'hello.txt');
    const manifest = JSON.parse((await client('manifest', 'fetch', http, `${base}/files:v1`)).stdout) as object;
    expect(manifest).toMatchObject({
      artifactType: 'application/vnd.example.greeting',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
    });
    await client('pull', http, `${base}/files:v1`, '-o', suite.path('pulled'));
    expect(readFileSync(suite.path('pulled/hello.txt'), 'utf8')).toBe('hello from the pier\n');
  });

  it('attaches and discovers, with and without a filter', async () => {
    const { client, base } = suite;
    const { digest } = writeLayout(suite.path('image'), 'v1');
    await client('cp', '--from-oci-layout', `${suite.path('image')}:v1`, '--to-plain-http', `${base}/app:v1`);
    const attach = (type: string, file: string, annotation: string) =>
      client('attach', http, '--artifact-type', type, '-a', annotation, `${base}/app:v1`, file);
    await attach('application/spdx+json', 'sbom.json', 'org.example.kind=sbom');
    await attach('application/vnd.example.report', 'report.json', 'org.example.kind=report');

    expect((await discover(`${base}/app:v1`)).map(({ artifactType }) => artifactType).sort()).toEqual([
      'application/spdx+json',
      'application/vnd.example.report',
    ]);
    const filtered = await discover(`${base}/app@${digest}`, '--artifact-type', 'application/spdx+json');
    expect(filtered).toMatchObject([
      { artifactType: 'application/spdx+json', annotations: { 'org.example.kind': 'sbom' } },
    ]);
  });

  it('uses the referrers API by itself: no fallback tag is left behind', async () => {
    const { client, base } = suite;
    expect(lines((await client('repo', 'tags', http, `${base}/app`)).stdout)).toEqual(['v1']);
  });

  it('finds referrers that an old client pushed under the fallback tag as well', async () => {
    const { client, base } = suite;
    const old = ['--distribution-spec', 'v1.1-referrers-tag', '--artifact-type', 'application/vnd.example.old'];
    await client('attach', http, ...old, `${base}/app:v1`, 'hello.txt');
    const types = (await discover(`${base}/app:v1`)).map(({ artifactType }) => artifactType);
    expect(types.sort()).toEqual([
      'application/spdx+json',
      'application/vnd.example.old',
      'application/vnd.example.report',
    ]);
  });

  it('copies an image with everything attached to it', async () => {
    const { client, base } = suite;
    const flags = ['--from-plain-http', '--to-plain-http'];
    await client('cp', '-r', ...flags, `${base}/app:v1`, `${base}/copied/app:v1`);
    expect(await discover(`${base}/copied/app:v1`)).toHaveLength(3);
  });

  it('pushes and fetches a single blob', async () => {
    const { client, base } = suite;
    const pushed = await client('blob', 'push', http, '--descriptor', `${base}/app`, 'hello.txt');
    const { digest } = JSON.parse(pushed.stdout) as { digest: string };
    const fetched = await client('blob', 'fetch', http, '-o', '-', `${base}/app@${digest}`);
    expect(fetched.stdout).toBe('hello from the pier\n');
  });

  it('creates an index of what is there', async () => {
    const { client, base } = suite;
    await client('manifest', 'index', 'create', http, `${base}/app:index`, 'v1');
    const index = JSON.parse((await client('manifest', 'fetch', http, `${base}/app:index`)).stdout) as object;
    expect(index).toMatchObject({ mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [{}] });
  });

  it('forgets a referrer that is deleted', async () => {
    const { client, base } = suite;
    const [sbom] = await discover(`${base}/app:v1`, '--artifact-type', 'application/spdx+json');
    await client('manifest', 'delete', http, '--force', `${base}/app@${sbom!.digest}`);
    expect(await discover(`${base}/app:v1`, '--artifact-type', 'application/spdx+json')).toEqual([]);
  });
});
