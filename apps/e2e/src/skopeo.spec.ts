import { copyFileSync, mkdirSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { writeIndexLayout, writeLayout } from './support/images';

jest.setTimeout(120_000);

clientSuite('skopeo', (use) => {
  let suite: ClientSuite;
  let digest: string;
  const insecure = { from: '--src-tls-verify=false', to: '--dest-tls-verify=false' };

  const inspect = async (reference: string) => {
    const { stdout } = await suite.client('inspect', '--tls-verify=false', `docker://${reference}`);
    return JSON.parse(stdout) as { Digest: string; RepoTags: string[]; Layers: string[] };
  };

  beforeAll(() => {
    suite = use();
    digest = writeLayout(suite.path('image'), 'v1').digest;
  });

  it('is told about a wrong password', async () => {
    const { client, platform, maintainer } = suite;
    const args = ['login', '--tls-verify=false', '-u', maintainer.username, '-p', 'wrong', platform.host];
    const { code, output } = await client.attempt(...args);
    expect(code).not.toBe(0);
    expect(output).toMatch(/invalid username\/password|unauthorized/);
  });

  it('logs in and copies an image in', async () => {
    const { client, base, platform, maintainer } = suite;
    const { username, password } = maintainer;
    await client('login', '--tls-verify=false', '-u', username, '-p', password, platform.host);
    await client('copy', insecure.to, `oci:${suite.path('image')}:v1`, `docker://${base}/app:v1`);
    const inspected = await inspect(`${base}/app:v1`);
    expect(inspected.Digest).toBe(digest);
    expect(inspected.RepoTags).toEqual(['v1']);
  });

  it('copies across repositories by mounting', async () => {
    const { client, base } = suite;
    const [from, to] = [`docker://${base}/app:v1`, `docker://${base}/copied/app:v1`];
    const { output } = await client('--debug', 'copy', insecure.from, insecure.to, from, to);
    expect(output).toMatch(/Mount/i);
    expect((await inspect(`${base}/copied/app:v1`)).Digest).toBe(digest);
  });

  it('converts to a Docker schema 2 manifest on the way', async () => {
    const { client, base } = suite;
    const [from, to] = [`docker://${base}/app:v1`, `docker://${base}/app:v2s2`];
    await client('copy', '--format', 'v2s2', insecure.from, insecure.to, from, to);
    const raw = await client('inspect', '--raw', '--tls-verify=false', to);
    expect(JSON.parse(raw.stdout)).toMatchObject({
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    });
  });

  it('copies all images of an index', async () => {
    const { client, base } = suite;
    const index = writeIndexLayout(suite.path('index'), 'multi');
    await client('copy', '--all', insecure.to, `oci:${suite.path('index')}:multi`, `docker://${base}/app:multi`);
    const raw = await client('inspect', '--raw', '--tls-verify=false', `docker://${base}/app:multi`);
    expect(JSON.parse(raw.stdout)).toMatchObject({ manifests: [{}, {}] });
    expect((await inspect(`${base}/app@${index.digest}`)).Digest).toBe(index.digest);
  });

  it('lists tags and mirrors a repository to a folder', async () => {
    const { client, base } = suite;
    const listed = await client('list-tags', '--tls-verify=false', `docker://${base}/app`);
    expect(JSON.parse(listed.stdout)).toMatchObject({ Tags: ['multi', 'v1', 'v2s2'] });
    const folder = suite.path('mirror');
    mkdirSync(folder);
    await client('sync', '--src-tls-verify=false', '--src', 'docker', '--dest', 'dir', `${base}/copied/app`, folder);
    await client('copy', `dir:${folder}/app:v1`, `oci:${suite.path('back')}:v1`);
  });

  it('deletes', async () => {
    const { client, base } = suite;
    await client('delete', '--tls-verify=false', `docker://${base}/copied/app:v1`);
    const { code, output } = await client.attempt('inspect', '--tls-verify=false', `docker://${base}/copied/app:v1`);
    expect(code).not.toBe(0);
    expect(output).toContain('manifest unknown');
  });

  it('trusts the platform over https with its CA', async () => {
    const { client, platform, project, maintainer } = suite;
    const secure = platform.httpsHost ?? `127.0.0.1:${platform.httpsPort}`;
    const certs = suite.path('certs');
    mkdirSync(certs);
    copyFileSync(platform.caFile, `${certs}/ca.crt`);
    const { username, password } = maintainer;
    const refused = await client.attempt('login', '-u', username, '-p', password, secure);
    expect(refused.output).toMatch(/certificate signed by unknown authority|failed to verify certificate/);
    await client('login', '--cert-dir', certs, '-u', username, '-p', password, secure);
    await client('copy', '--src-cert-dir', certs, `docker://${secure}/${project}/app:v1`, `oci:${suite.path('s')}:v1`);
  });
});
