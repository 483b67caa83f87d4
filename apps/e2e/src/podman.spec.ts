import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { uniqueLayer } from './support/images';

jest.setTimeout(180_000);

clientSuite('podman', (use) => {
  let suite: ClientSuite;
  let image: string;
  const insecure = '--tls-verify=false';

  /** Podman with a storage of its own, on any file system. */
  function podman(...args: string[]) {
    return suite.client(...storage(), ...args);
  }
  const storage = () => [
    ...['--root', suite.path('storage'), '--runroot', suite.path('runroot'), '--storage-driver', 'vfs'],
    ...['--events-backend', 'file', '--cgroup-manager', 'cgroupfs'],
  ];
  const attempt = (...args: string[]) => suite.client.attempt(...storage(), ...args);
  const imageId = async () => (await podman('image', 'inspect', '--format', '{{.Id}}', image)).stdout;

  beforeAll(async () => {
    suite = use();
    image = `${suite.base}/web:v1`;
    writeFileSync(suite.path('layer.tar'), uniqueLayer());
    await podman('import', suite.path('layer.tar'), image);
  });

  it('is told about a wrong password', async () => {
    const { platform, developer } = suite;
    const { code, output } = await attempt('login', insecure, '-u', developer.username, '-p', 'wrong', platform.host);
    expect(code).not.toBe(0);
    expect(output).toMatch(/invalid username\/password|unauthorized/);
  });

  it('logs in, pushes, and pulls the same image back', async () => {
    const { platform, developer } = suite;
    const login = await podman('login', insecure, '-u', developer.username, '-p', developer.password, platform.host);
    expect(login.output).toContain('Login Succeeded');
    const before = await imageId();
    await podman('push', insecure, image);
    await podman('rmi', image);
    await podman('pull', insecure, image);
    expect(await imageId()).toBe(before);
  });

  it('pushes zstd layers', async () => {
    await podman('push', insecure, '--compression-format', 'zstd', '--format', 'oci', image, `${suite.base}/zstd:v1`);
    const answer = await suite.api.call('GET', `/projects/${suite.project}/repositories/zstd/artifacts/v1`);
    expect(answer.json()).toMatchObject({ manifest_media_type: 'application/vnd.oci.image.manifest.v1+json' });
    await podman('pull', insecure, `${suite.base}/zstd:v1`);
  });

  it('pushes a manifest list with its images', async () => {
    const list = `${suite.base}/web:list`;
    await podman('manifest', 'create', 'list');
    await podman('manifest', 'add', insecure, '--arch', 'arm64', 'list', `docker://${image}`);
    await podman('manifest', 'push', insecure, '--all', 'list', `docker://${list}`);
    const answer = await suite.api.call('GET', `/projects/${suite.project}/repositories/web/artifacts/list`);
    expect(answer.json()).toMatchObject({ references: [{ platform: { architecture: 'arm64' } }] });
  });

  it('uses the CA over https', async () => {
    const { platform, project, developer } = suite;
    const secure = platform.httpsHost ?? `127.0.0.1:${platform.httpsPort}`;
    const certs = suite.path('certs');
    mkdirSync(certs);
    copyFileSync(platform.caFile, `${certs}/ca.crt`);
    const { username, password } = developer;
    await podman('login', '--cert-dir', certs, '-u', username, '-p', password, secure);
    await podman('pull', '--cert-dir', certs, `${secure}/${project}/web:v1`);
  });

  it('may not pull once logged out', async () => {
    await podman('logout', suite.platform.host);
    await podman('rmi', '--force', image);
    const { code, output } = await attempt('pull', insecure, image);
    expect(code).not.toBe(0);
    expect(output).toMatch(/denied|unauthorized/i);
  });
});
