import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientHome, describeAbsent, makeHome } from './support/clients';
import { type Docker, type DockerCli, withDocker } from './support/docker';
import { openProject, type ProjectFixture } from './support/fixtures';
import type { Credentials } from './support/http';
import { tarOf } from './support/images';
import type { Client } from './support/run';

jest.setTimeout(120_000);

/** Walkthrough W1, by every docker CLI, with insecure-registries and with the CA in certs.d. */
withDocker('docker', (docker) => {
  // Docker trusts loopback by itself; only an address outside it tells whether these settings work.
  const { host, insecureHost = host, httpsHost } = docker.platform;
  describe.each(docker.clis)('CLI $version', (cli) => {
    describe('over http', () => walkthrough(docker, cli, insecureHost));
    if (httpsHost) describe('over https', () => walkthrough(docker, cli, httpsHost));
    else describeAbsent('over https', 'the machine has no address outside loopback');
  });
});

function walkthrough({ engine }: Docker, cli: DockerCli, host: string): void {
  let fixture: ProjectFixture;
  let home: ClientHome;
  let docker: Client;
  let image: string;
  let digest: string;

  /** A real image under the name people use: nginx:1.19.6 with content of this run. */
  async function makeImage(): Promise<void> {
    const archive = join(home.folder, 'nginx.tar');
    writeFileSync(archive, tarOf({ 'usr/share/nginx/html/index.html': 'welcome', 'unique.bin': randomBytes(32_768) }));
    await docker('import', archive, 'nginx:1.19.6');
  }

  async function login({ username, password }: Credentials): Promise<string> {
    const { output } = await docker('login', host, '-u', username, '-p', password);
    return output;
  }

  const forget = async () => {
    await docker('rmi', '-f', image);
    expect((await docker.attempt('image', 'inspect', image)).code).not.toBe(0);
  };

  beforeAll(async () => {
    fixture = await openProject('docker');
    home = makeHome();
    docker = home.client(cli.program, { DOCKER_HOST: engine().host });
    image = `${host}/${fixture.project}/web:v1`;
    await makeImage();
  });
  afterAll(() => home.remove());

  it('refuses a wrong password with its own message', async () => {
    const refused = await docker.attempt('login', host, '-u', fixture.developer.username, '-p', 'wrong');
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/Error response from daemon: .*unauthorized: /);
  });

  it('logs in', async () => {
    expect(await login(fixture.developer)).toContain('Login Succeeded');
  });

  it('tags, pushes and pulls by tag', async () => {
    await docker('tag', 'nginx:1.19.6', image);
    const before = await docker('image', 'inspect', '--format', '{{.Id}}', image);
    const pushed = await docker('push', image);
    digest = /v1: digest: (sha256:[0-9a-f]{64}) size: \d+/.exec(pushed.output)![1]!;
    await docker('rmi', 'nginx:1.19.6');
    await forget();

    expect((await docker('pull', image)).output).toContain(`Digest: ${digest}`);
    const after = await docker('image', 'inspect', '--format', '{{.Id}}', image);
    expect(after.stdout).toBe(before.stdout);
  });

  it('pulls by digest', async () => {
    await forget();
    const { output } = await docker('pull', `${host}/${fixture.project}/web@${digest}`);
    expect(output).toContain('Downloaded newer image');
    await docker('tag', `${host}/${fixture.project}/web@${digest}`, image);
  });

  it('pushes again without sending a layer', async () => {
    const { output } = await docker('push', image);
    expect(output).toContain('Layer already exists');
    expect(output).toContain(digest);
  });

  it('mounts the layers into a second repository', async () => {
    const copy = `${host}/${fixture.project}/copy:v1`;
    await docker('tag', image, copy);
    expect((await docker('push', copy)).output).toContain(`Mounted from ${fixture.project}/web`);
  });

  it('pushes and inspects a manifest list', async () => {
    const list = `${host}/${fixture.project}/web:list`;
    await docker('manifest', 'create', '--insecure', list, image);
    await docker('manifest', 'annotate', list, image, '--os', 'linux', '--arch', 'arm64');
    await docker('manifest', 'push', '--insecure', list);
    const inspected = await docker('manifest', 'inspect', '--insecure', list);
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
      manifests: [{ digest, platform: { architecture: 'arm64' } }],
    });
  });

  it('is told that a tag does not exist', async () => {
    const { code, output } = await docker.attempt('pull', `${host}/${fixture.project}/web:absent`);
    expect(code).not.toBe(0);
    expect(output).toMatch(/manifest for .*web:absent not found: manifest unknown/);
  });

  describe('as a stranger', () => {
    const denied = (repository: string) =>
      `pull access denied for ${repository}, repository does not exist or may require 'docker login': denied`;

    it('cannot pull from a private project without an account', async () => {
      await docker('logout', host);
      await forget();
      const { code, output } = await docker.attempt('pull', image);
      expect(code).not.toBe(0);
      expect(output).toContain(denied(`${host}/${fixture.project}/web`));
    });

    it('cannot pull or push with an account', async () => {
      await login(fixture.stranger);
      expect((await docker.attempt('pull', image)).output).toContain(denied(`${host}/${fixture.project}/web`));
      await makeImage();
      await docker('tag', 'nginx:1.19.6', image);
      const push = await docker.attempt('push', image);
      expect(push.code).not.toBe(0);
      expect(push.output).toContain('denied: requested access to the resource is denied');
    });

    it('cannot tell a private project from an absent one', async () => {
      const absent = `${host}/no-such-project/web`;
      expect((await docker.attempt('pull', absent)).output).toContain(denied(absent));
    });
  });

  it('logs robots in, who may do what they were made for', async () => {
    const { api, project } = fixture;
    const reader = await api.createRobot({ project, name: 'reader', actions: ['pull'] });
    const writer = await api.createRobot({ project, name: 'writer', actions: ['pull', 'push'] });
    expect(reader.username).toBe(`robot$${project}+reader`);

    expect(await login(reader)).toContain('Login Succeeded');
    await docker('rmi', '-f', image);
    await docker('pull', image);
    const byRobot = `${host}/${project}/by-robot:v1`;
    await docker('tag', image, byRobot);
    expect((await docker.attempt('push', byRobot)).output).toContain(
      'denied: requested access to the resource is denied',
    );

    await login(writer);
    expect((await docker('push', byRobot)).output).toContain(`v1: digest: ${digest}`);
  });
}
