import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, Role } from './support/api';
import { type ClientHome, makeHome } from './support/clients';
import { withDocker } from './support/docker';
import { unique } from './support/fixtures';
import type { Credentials } from './support/http';
import { uniqueLayer } from './support/images';
import type { Client } from './support/run';

jest.setTimeout(120_000);

/** Walkthrough W2: projects, members by role, and making a project public. */
withDocker('projects', ({ platform, clis, engine }) => {
  const { host } = platform;
  const admin = new Api(platform, platform.admin);
  const test = unique('test');
  const secret = unique('private-project');
  let home: ClientHome;
  let docker: Client;

  const login = ({ username, password }: Credentials) => docker('login', host, '-u', username, '-p', password);

  beforeAll(async () => {
    home = makeHome();
    docker = home.client(clis[0]!.program, { DOCKER_HOST: engine().host });
    const archive = join(home.folder, 'layer.tar');
    writeFileSync(archive, uniqueLayer());
    await docker('import', archive, 'web');
    await admin.createProject(test, { storageLimit: -1 });
    await admin.createProject(secret, { storageLimit: 50 * 1024 * 1024 });
    await login(platform.admin);
    for (const project of [test, secret]) {
      await docker('tag', 'web', `${host}/${project}/web:v1`);
      await docker('push', `${host}/${project}/web:v1`);
    }
  });
  afterAll(() => home.remove());

  it('lists both to their administrator, with what was pushed', async () => {
    for (const project of [test, secret]) {
      const found = await admin.call('GET', `/projects/${project}`);
      expect(found.json()).toMatchObject({ name: project, metadata: { public: 'false' }, repo_count: 1 });
    }
  });

  it.each([
    ['guest', Role.guest, false],
    ['limited guest', Role.limitedGuest, false],
    ['developer', Role.developer, true],
    ['maintainer', Role.maintainer, true],
    ['project admin', Role.projectAdmin, true],
  ])('lets a %s pull, and push where the role says so', async (_name, role, mayPush) => {
    await login(await admin.createMember(test, unique('member'), role));
    await docker('pull', `${host}/${test}/web:v1`);
    const pushed = await docker.attempt('push', `${host}/${test}/web:v1`);
    if (mayPush) expect(pushed.code).toBe(0);
    else expect(pushed.output).toContain('denied: requested access to the resource is denied');
  });

  it('shows a stranger neither of them', async () => {
    const stranger = await admin.createUser(unique('stranger'));
    const api = new Api(platform, stranger);
    const listed = await api.call('GET', '/projects?page_size=100');
    const names = listed.json<{ name: string }[]>().map(({ name }) => name);
    expect(names).not.toContain(test);
    expect(names).not.toContain(secret);
    expect((await api.call('GET', `/projects/${test}`)).status).toBe(403);
    await login(stranger);
    for (const project of [test, secret]) {
      const { output } = await docker.attempt('pull', `${host}/${project}/web:v1`);
      expect(output).toContain(`pull access denied for ${host}/${project}/web`);
    }
  });

  it('lets everybody pull once it is public, and nobody else push', async () => {
    await admin.setPublic(test, true);
    await docker('logout', host);
    await docker('rmi', `${host}/${test}/web:v1`);
    await docker('pull', `${host}/${test}/web:v1`);
    const pushed = await docker.attempt('push', `${host}/${test}/web:v1`);
    expect(pushed.code).not.toBe(0);
    const anonymous = await new Api(platform).call('GET', '/projects?page_size=100');
    expect(anonymous.json<{ name: string }[]>().map(({ name }) => name)).toContain(test);
    expect((await docker.attempt('pull', `${host}/${secret}/web:v1`)).code).not.toBe(0);
  });

  it('refuses a push beyond the quota, in words', async () => {
    const archive = join(home.folder, 'large.tar');
    writeFileSync(archive, uniqueLayer(60 * 1024 * 1024));
    await login(platform.admin);
    await docker('import', archive, `${host}/${secret}/large:v1`);
    const { code, output } = await docker.attempt('push', `${host}/${secret}/large:v1`);
    expect(code).not.toBe(0);
    expect(output).toMatch(/denied: .* will exceed the configured upper limit of 50\.0 MiB/);
  });
});
