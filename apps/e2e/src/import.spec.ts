import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './support/api';
import { type ClientHome, makeHome, withClient } from './support/clients';
import { withDocker } from './support/docker';
import { send } from './support/http';
import { writeIndexLayout, writeLayout } from './support/images';
import { makePlatformFolder, type Running, startPlatform } from './support/platform';
import { freePort, until } from './support/ports';

jest.setTimeout(300_000);

/** Repository and tag in the old registry, and where they are afterwards. */
const images = [
  { name: 'ubuntu', tag: '24.04', imported: 'library/ubuntu' },
  { name: 'team/app', tag: 'v1', imported: 'team/app' },
  { name: 'team/app', tag: 'latest', imported: 'team/app' },
  { name: 'team/deep/tool', tag: 'v2', imported: 'team/deep/tool' },
];
const index = { name: 'team/multi', tag: 'v3', imported: 'team/multi' };

interface StorageImport {
  status: string;
  result: Record<string, unknown>;
  end_time: string | null;
}

/** What the real docker-registry wrote is taken over where it lies. */
withClient('docker-registry', (registryProgram) => {
  withClient('skopeo', (program) => {
    const folder = makePlatformFolder();
    const storage = join(folder, 'data/storage');
    const digests = new Map<string, string>();
    let home: ClientHome;
    let running: Running;
    let api: Api;
    let last: string;

    const skopeo = (...args: string[]) => home.client(program)(...args);
    const here = (name: string, tag: string) => `docker://${running.platform.host}/${name}:${tag}`;

    async function startOldRegistry(): Promise<{ host: string; child: ChildProcess }> {
      const host = `127.0.0.1:${await freePort()}`;
      const config = join(folder, 'docker-registry.yml');
      writeFileSync(
        config,
        `version: 0.1\nstorage: {filesystem: {rootdirectory: ${storage}}}\nhttp: {addr: ${host}}\nlog: {level: error}\n`,
      );
      const child = spawn(registryProgram, ['serve', config], { stdio: 'ignore' });
      await until(
        'docker-registry',
        async () => (await send(`http://${host}/v2/`).catch(() => undefined))?.status === 200,
      );
      return { host, child };
    }

    /** An operator gives the files to the account of the services. */
    function giveTo({ uid, gid }: { uid: number; gid: number }): void {
      for (const entry of readdirSync(storage, { recursive: true })) chownSync(join(storage, String(entry)), uid, gid);
    }

    async function push(host: string, { name, tag }: { name: string; tag: string }, isIndex = false): Promise<void> {
      const path = join(home.folder, `${name.replaceAll('/', '-')}-${tag}`);
      const { digest } = isIndex ? writeIndexLayout(path, tag) : writeLayout(path, tag);
      await skopeo('copy', '--all', '--dest-tls-verify=false', `oci:${path}:${tag}`, `docker://${host}/${name}:${tag}`);
      digests.set(`${name}:${tag}`, digest);
    }

    async function importAll(): Promise<StorageImport> {
      const created = await api.call('POST', '/system/import', {});
      expect(created.status).toBe(201);
      last = String(created.headers.location).replace('/api/v2.0', '');
      const state = async () => (await api.call('GET', last)).json<StorageImport>();
      await until('the import', async () => (await state()).end_time !== null, 60_000);
      return state();
    }

    beforeAll(async () => {
      home = makeHome();
      running = await startPlatform({ folder });
      api = new Api(running.platform, running.platform.admin);
      const { host, child } = await startOldRegistry();
      for (const image of images) await push(host, image);
      await push(host, index, true);
      child.kill();
      if (process.getuid?.() === 0) giveTo(statSync(storage));
      const { username, password } = running.platform.admin;
      await skopeo('login', '--tls-verify=false', '-u', username, '-p', password, running.platform.host);
    });
    afterAll(async () => {
      await running?.stop();
      home.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    it('imports the tree', async () => {
      // The index's two parts are artifacts as well.
      expect(await importAll()).toMatchObject({
        status: 'Success',
        result: {
          projects: 1,
          repositories: 4,
          artifacts: images.length + 3,
          tags: 5,
          unreferenced_blobs: 0,
          problems: {},
        },
      });
      expect((await api.call('GET', `${last}/log`)).text).toContain('imported');
      expect((await api.call('GET', '/projects/team/repositories')).json<unknown[]>()).toHaveLength(3);
    });

    it('imports it once', async () => {
      expect(await importAll()).toMatchObject({ status: 'Success', result: { projects: 0, artifacts: 0, tags: 0 } });
    });

    it.each([...images, index])('pulls $name:$tag with the same digest', async ({ name, tag, imported }) => {
      const raw = await skopeo('inspect', '--tls-verify=false', '--format', '{{.Digest}}', here(imported, tag));
      expect(raw.stdout.trim()).toBe(digests.get(`${name}:${tag}`));
      const target = `dir:${join(home.folder, `pulled-${imported.replaceAll('/', '-')}-${tag}`)}`;
      await skopeo('copy', '--all', '--src-tls-verify=false', here(imported, tag), target);
    });

    it('takes pushes on top', async () => {
      await skopeo(
        'copy',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        here('team/app', 'v1'),
        here('team/app', 'v9'),
      );
      const path = join(home.folder, 'new');
      const { digest } = writeLayout(path, 'new');
      await skopeo('copy', '--dest-tls-verify=false', `oci:${path}:new`, here('team/app', 'new'));
      const found = await skopeo('inspect', '--tls-verify=false', '--format', '{{.Digest}}', here('team/app', 'new'));
      expect(found.stdout.trim()).toBe(digest);
    });

    withDocker('docker', ({ clis, engine }) => {
      it.each(clis)('pulls with CLI $version', async ({ program: cli }) => {
        const docker = home.client(cli, { DOCKER_HOST: engine().host });
        const { host, admin } = running.platform;
        await docker('login', host, '-u', admin.username, '-p', admin.password);
        for (const { name, tag, imported } of images) {
          const { output } = await docker('pull', `${host}/${imported}:${tag}`);
          expect(output).toContain(digests.get(`${name}:${tag}`));
        }
      });
    });
  });
});
