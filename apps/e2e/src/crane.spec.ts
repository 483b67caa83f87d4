import { writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite, lines } from './support/client-suite';
import { tarOf, uniqueLayer, writeIndexLayout, writeLayout } from './support/images';

jest.setTimeout(120_000);

clientSuite('crane', (use) => {
  let suite: ClientSuite;
  let digest: string;

  beforeAll(() => {
    suite = use();
    digest = writeLayout(suite.path('image'), 'v1').digest;
  });

  it('refuses a stranger', async () => {
    const { client, base, platform, stranger } = suite;
    await client('auth', 'login', platform.host, '-u', stranger.username, '-p', stranger.password);
    const { code, output } = await client.attempt('push', suite.path('image'), `${base}/app:v1`);
    expect(code).not.toBe(0);
    expect(output).toMatch(/unauthorized|denied/i);
  });

  it('logs in and pushes', async () => {
    const { client, base, platform, maintainer } = suite;
    await client('auth', 'login', platform.host, '-u', maintainer.username, '-p', maintainer.password);
    await client('push', suite.path('image'), `${base}/app:v1`);
    expect((await client('digest', `${base}/app:v1`)).stdout.trim()).toBe(digest);
  });

  it('pulls what it pushed, byte for byte', async () => {
    const { client, base } = suite;
    await client('validate', '--remote', `${base}/app:v1`);
    await client('pull', '--format', 'oci', `${base}/app@${digest}`, suite.path('pulled'));
    expect((await client('manifest', `${base}/app:v1`)).stdout).toContain('"schemaVersion":2');
  });

  it('appends a layer', async () => {
    const { client, base } = suite;
    writeFileSync(suite.path('layer.tar'), tarOf({ 'etc/motd': 'appended\n', 'unique.bin': uniqueLayer(8192) }));
    await client('append', '-b', `${base}/app:v1`, '-f', suite.path('layer.tar'), '-t', `${base}/app:v2`);
    const manifest = JSON.parse((await client('manifest', `${base}/app:v2`)).stdout) as { layers: unknown[] };
    expect(manifest.layers).toHaveLength(3);
  });

  it('copies across repositories and tags in place', async () => {
    const { client, base } = suite;
    await client('copy', `${base}/app:v1`, `${base}/copied/app:v1`);
    await client('tag', `${base}/copied/app:v1`, 'stable');
    expect(lines((await client('ls', `${base}/copied/app`)).stdout)).toEqual(['stable', 'v1']);
    expect((await client('digest', `${base}/copied/app:stable`)).stdout.trim()).toBe(digest);
  });

  it('pushes an index and resolves a platform in it', async () => {
    const { client, base } = suite;
    const index = writeIndexLayout(suite.path('index'), 'multi');
    await client('push', '--index', suite.path('index'), `${base}/app:multi`);
    const pushed = JSON.parse((await client('manifest', `${base}/app:multi`)).stdout) as { manifests: unknown[] };
    expect(JSON.stringify(pushed.manifests)).toContain(index.digest);
    const arm = await client('digest', '--platform', 'linux/arm64', `${base}/app@${index.digest}`);
    expect(arm.stdout).toMatch(/^sha256:/);
    expect(arm.stdout.trim()).not.toBe(index.digest);
  });

  it('shows the catalog to an administrator only', async () => {
    const { client, platform, project } = suite;
    const refused = await client.attempt('catalog', platform.host);
    expect(refused.stdout).not.toContain(`${project}/app`);
    await client('auth', 'login', platform.host, '-u', platform.admin.username, '-p', platform.admin.password);
    const listed = lines((await client('catalog', platform.host)).stdout);
    expect(listed).toEqual(expect.arrayContaining([`${project}/app`, `${project}/copied/app`]));
  });

  it('deletes a tag, then the manifest', async () => {
    const { client, base } = suite;
    await client('delete', `${base}/copied/app:stable`);
    expect(lines((await client('ls', `${base}/copied/app`)).stdout)).toEqual(['v1']);
    await client('delete', `${base}/copied/app@${digest}`);
    const gone = await client.attempt('digest', `${base}/copied/app:v1`);
    expect(gone.code).not.toBe(0);
    expect((await client('digest', `${base}/app:v1`)).stdout.trim()).toBe(digest);
  });
});
