import { writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite, lines } from './support/client-suite';
import { uniqueLayer, writeIndexLayout, writeLayout } from './support/images';

jest.setTimeout(120_000);

clientSuite('regctl', (use) => {
  let suite: ClientSuite;
  let digest: string;

  beforeAll(async () => {
    suite = use();
    const { client, platform, maintainer } = suite;
    digest = writeLayout(suite.path('image'), 'v1').digest;
    writeFileSync(suite.path('sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
    await client('registry', 'set', '--skip-check', '--tls', 'disabled', platform.host);
    await client('registry', 'login', platform.host, '-u', maintainer.username, '-p', maintainer.password);
  });

  it('copies an image in and out again', async () => {
    const { client, base } = suite;
    await client('image', 'copy', `ocidir://${suite.path('image')}:v1`, `${base}/app:v1`);
    expect((await client('image', 'digest', `${base}/app:v1`)).stdout.trim()).toBe(digest);
    await client('image', 'copy', `${base}/app:v1`, `ocidir://${suite.path('out')}:v1`);
    expect((await client('image', 'digest', `ocidir://${suite.path('out')}:v1`)).stdout.trim()).toBe(digest);
  });

  it('uploads a layer in chunks', async () => {
    const { client, base, platform } = suite;
    await client('registry', 'set', '--skip-check', '--blob-chunk', '100000', '--blob-max', '100000', platform.host);
    writeFileSync(suite.path('layer.tar'), uniqueLayer(550_000));
    await client(
      'artifact',
      'put',
      '--artifact-type',
      'application/vnd.example.tar',
      '-f',
      'layer.tar',
      `${base}/app:t`,
    );
    const back = await client('artifact', 'get', `${base}/app:t`, '-o', suite.path('.'));
    expect(back.code).toBe(0);
  });

  it('works with sha512 digests throughout', async () => {
    const { client, base } = suite;
    const copied = `ocidir://${suite.path('sha512')}:v1`;
    await client('image', 'mod', `ocidir://${suite.path('image')}:v1`, '--create', copied, '--digest-algo', 'sha512');
    const name = (await client('image', 'digest', copied)).stdout.trim();
    expect(name).toMatch(/^sha512:/);
    await client('image', 'copy', copied, `${base}/app@${name}`);
    const manifest = await client('manifest', 'get', '--format', 'raw-body', `${base}/app@${name}`);
    expect(manifest.stdout).toContain('"digest":"sha512:');
  });

  it('pushes referrers and lists them', async () => {
    const { client, base } = suite;
    const args = ['--artifact-type', 'application/spdx+json', '--subject', `${base}/app:v1`, '-f', 'sbom.json'];
    await client('artifact', 'put', ...args);
    const listed = await client('artifact', 'list', `${base}/app:v1`, '--format', '{{json .Descriptors}}');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ artifactType: 'application/spdx+json' }]);
  });

  it('copies an index with referrers', async () => {
    const { client, base } = suite;
    const index = writeIndexLayout(suite.path('index'), 'multi');
    await client('image', 'copy', `ocidir://${suite.path('index')}:multi`, `${base}/app:multi`);
    await client('image', 'copy', '--referrers', `${base}/app:v1`, `${base}/copied/app:v1`);
    expect((await client('image', 'digest', '--list', `${base}/app:multi`)).stdout.trim()).toBe(index.digest);
    const listed = await client('artifact', 'list', `${base}/copied/app:v1`, '--format', '{{json .Descriptors}}');
    expect(JSON.parse(listed.stdout)).toHaveLength(1);
  });

  it('deletes one tag and leaves the other on the same image', async () => {
    const { client, base } = suite;
    await client('image', 'copy', `${base}/app:v1`, `${base}/app:doomed`);
    await client('tag', 'delete', `${base}/app:doomed`);
    const tags = lines((await client('tag', 'ls', `${base}/app`)).stdout);
    expect(tags).toContain('v1');
    expect(tags).not.toContain('doomed');
    expect((await client('image', 'digest', `${base}/app:v1`)).stdout.trim()).toBe(digest);
  });

  it('lists repositories as administrator', async () => {
    const { client, project, platform } = suite;
    await client('registry', 'login', platform.host, '-u', platform.admin.username, '-p', platform.admin.password);
    const repositories = lines((await client('repo', 'ls', '--limit', '1000', platform.host)).stdout);
    expect(repositories).toEqual(expect.arrayContaining([`${project}/app`, `${project}/copied/app`]));
  });
});
