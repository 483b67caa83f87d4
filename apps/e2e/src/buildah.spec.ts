import { writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';

jest.setTimeout(120_000);

clientSuite('buildah', (use) => {
  let suite: ClientSuite;
  const insecure = '--tls-verify=false';

  const buildah = (...args: string[]) => {
    const storage = ['--root', suite.path('storage'), '--runroot', suite.path('runroot'), '--storage-driver', 'vfs'];
    return suite.client(...storage, ...args);
  };

  beforeAll(async () => {
    suite = use();
    const { platform, developer } = suite;
    await buildah('login', insecure, '-u', developer.username, '-p', developer.password, platform.host);
  });

  it('builds from nothing and pushes', async () => {
    const image = `${suite.base}/built:v1`;
    writeFileSync(suite.path('motd'), `built for ${suite.project}\n`);
    const container = (await buildah('from', 'scratch')).stdout.trim();
    await buildah('copy', container, suite.path('motd'), '/etc/motd');
    await buildah('config', '--label', 'org.example.kind=e2e', container);
    await buildah('commit', container, image);
    await buildah('push', insecure, image);

    const answer = await suite.api.call('GET', `/projects/${suite.project}/repositories/built/artifacts/v1`);
    expect(answer.json()).toMatchObject({ type: 'IMAGE', tags: [{ name: 'v1' }] });
  });

  it('builds on what it pulls', async () => {
    await buildah('rmi', '--all', '--force');
    const container = (await buildah('from', insecure, `${suite.base}/built:v1`)).stdout.trim();
    const inspected = await buildah(
      'inspect',
      '--format',
      '{{index .OCIv1.Config.Labels "org.example.kind"}}',
      container,
    );
    expect(inspected.stdout.trim()).toBe('e2e');
  });
});
