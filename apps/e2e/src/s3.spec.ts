import { describeWithS3 } from '@breakwater/testing';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './support/api';
import { type ClientHome, makeHome, withClient } from './support/clients';
import { withDocker } from './support/docker';
import { tarOf, writeLayout } from './support/images';
import { makePlatformFolder, type Running, startPlatform } from './support/platform';
import { RepositoryClient } from './support/registry';

jest.setTimeout(300_000);

/** A platform of its own, started with the S3 settings in its environment. */
describeWithS3('a platform with its blobs in S3', (server) => {
  const folder = makePlatformFolder();
  let home: ClientHome;
  let running: Running;
  let repository: RepositoryClient;

  beforeAll(async () => {
    home = makeHome();
    const { endpoint, region, accessKey, secretKey, makeBucket } = server();
    running = await startPlatform({
      folder,
      env: {
        STORAGE_DRIVER: 's3',
        S3_REGIONENDPOINT: endpoint,
        S3_REGION: region,
        S3_BUCKET: await makeBucket(),
        S3_ACCESSKEY: accessKey,
        S3_SECRETKEY: secretKey,
        S3_FORCEPATHSTYLE: 'true',
      },
    });
    const { platform } = running;
    await new Api(platform, platform.admin).createProject('bucket');
    repository = await RepositoryClient.open(platform, 'bucket/app', platform.admin);
  });
  afterAll(async () => {
    await running?.stop();
    home.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes no blob to its data folder', async () => {
    const layer = await repository.pushBlob(Buffer.from('a layer'), 'application/octet-stream');
    expect((await repository.send('HEAD', `blobs/${layer.digest}`)).status).toBe(200);
    expect(existsSync(join(folder, 'data/storage/docker'))).toBe(false);
  });

  it('sends a client that pulls to the bucket', async () => {
    const layer = await repository.pushBlob(Buffer.from('another layer'), 'application/octet-stream');
    const answer = await repository.send('GET', `blobs/${layer.digest}`);
    expect(answer).toMatchObject({ status: 307, headers: { 'cache-control': 'no-store' } });
    expect(answer.headers.location).toContain(server().endpoint);
    expect(await (await fetch(String(answer.headers.location))).text()).toBe('another layer');
  });

  withDocker('docker', ({ clis, engine }) => {
    it.each(clis)('pushes and pulls with CLI $version', async ({ program, version }) => {
      const docker = home.client(program, { DOCKER_HOST: engine().host });
      const { host, admin } = running.platform;
      const image = `${host}/bucket/docker:${version}`;
      const archive = join(home.folder, 'docker.tar');
      // More than one part of a multipart upload.
      writeFileSync(archive, tarOf({ 'unique.bin': randomBytes(20 * 1024 * 1024) }));
      await docker('import', archive, image);
      const id = (await docker('image', 'inspect', '--format', '{{.Id}}', image)).stdout;
      await docker('login', host, '-u', admin.username, '-p', admin.password);
      await docker('push', image);
      await docker('rmi', '-f', image);
      await docker('pull', image);
      expect((await docker('image', 'inspect', '--format', '{{.Id}}', image)).stdout).toBe(id);
    });
  });

  withClient('crane', (program) => {
    it('pushes and pulls', async () => {
      const client = home.client(program);
      const { host, admin } = running.platform;
      const { digest, folder: image } = writeLayout(join(home.folder, 'crane'), 'v1');
      await client('auth', 'login', host, '-u', admin.username, '-p', admin.password);
      await client('push', image, `${host}/bucket/crane:v1`);
      await client('validate', '--remote', `${host}/bucket/crane:v1`);
      await client('pull', '--format', 'oci', `${host}/bucket/crane@${digest}`, join(home.folder, 'pulled'));
    });
  });

  withClient('skopeo', (program) => {
    it('pushes and pulls', async () => {
      const client = home.client(program);
      const { host, admin } = running.platform;
      const { folder: image } = writeLayout(join(home.folder, 'skopeo'), 'v1');
      const credentials = `${admin.username}:${admin.password}`;
      const remote = `docker://${host}/bucket/skopeo:v1`;
      await client('copy', '--dest-tls-verify=false', '--dest-creds', credentials, `oci:${image}:v1`, remote);
      const back = `oci:${join(home.folder, 'back')}:v1`;
      await client('copy', '--src-tls-verify=false', '--src-creds', credentials, remote, back);
    });
  });
});
