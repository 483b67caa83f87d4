import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describeWithS3, S3FaultProxy, type S3Server } from '@breakwater/testing';
import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Api } from './support/api';
import { makePlatformFolder, type Running, startPlatform } from './support/platform';
import { until } from './support/ports';
import { RepositoryClient, sha256 } from './support/registry';

jest.setTimeout(300_000);

const TREE = resolve(__dirname, '../../../tools/tree/main.mjs');
const BLOBS = 'docker/registry/v2/blobs/';
const OBJECTS = 'docker/registry/v2/objects/';
const MEBIBYTE = 1024 ** 2;
/** Half of them garbage: more than one batch of a collection, in the bucket of a registry that was there before. */
const blobs = 2_400;
const gcBatch = 1_000;

/** Import, collection and what is left, of a bucket in distribution's layout; requests to the bucket are counted. */
describeWithS3('garbage in a bucket', (server) => {
  const folder = makePlatformFolder();
  let running: Running;
  let api: Api;
  let bucket: string;
  let s3: S3Client;
  let proxy: S3FaultProxy;
  let garbage: number;
  let live: Set<string>;

  beforeAll(async () => {
    bucket = await server().makeBucket();
    s3 = clientOf(server());
    const tree = join(folder, 'tree');
    garbage = makeTree(tree).garbage;
    await upload(tree);
    live = liveDigests(tree);
    proxy = await S3FaultProxy.start(server().endpoint);
    running = await startPlatform({
      folder,
      env: {
        GC_TIME_WINDOW_HOURS: '0',
        STORAGE_DRIVER: 's3',
        S3_REGIONENDPOINT: proxy.endpoint,
        S3_REGION: server().region,
        S3_BUCKET: bucket,
        S3_ACCESSKEY: server().accessKey,
        S3_SECRETKEY: server().secretKey,
        S3_FORCEPATHSTYLE: 'true',
      },
    });
    api = new Api(running.platform, running.platform.admin);
    await api.createProject('bucket');
  });
  afterAll(async () => {
    await running?.stop();
    await proxy?.stop();
    s3?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Files of the tree as objects, with the same names. */
  async function upload(tree: string): Promise<void> {
    const files = readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(tree, path)).isFile(),
    );
    const next = files.values();
    const worker = async (): Promise<void> => {
      for (const Key of next)
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: readFileSync(join(tree, Key)) }));
    };
    await Promise.all(Array.from({ length: 16 }, worker));
  }

  async function objects(Prefix: string): Promise<string[]> {
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix, ContinuationToken }));
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return found;
  }

  async function run<T>(path: string, body: object): Promise<T> {
    const started = await api.call('POST', path, body);
    expect(started.status).toBe(201);
    const location = String(started.headers.location).replace('/api/v2.0', '');
    const state = async () => (await api.call('GET', location)).json<{ status?: string; job_status?: string }>();
    const isOver = async () => /Success|Error|Stopped/.test(statusOf(await state()));
    await until(path, isOver, 120_000);
    const job = await state();
    expect(statusOf(job)).toBe('Success');
    return job as T;
  }

  const collect = () =>
    run<{ job_parameters: string }>('/system/gc/schedule', {
      schedule: { type: 'Manual' },
      parameters: { workers: 2 },
    });
  const sent = (method: string, query: string) =>
    proxy.seen.filter(
      ({ method: name, path }) => name === method && new URL(path, 'http://s3').searchParams.has(query),
    );

  it('goes in batches, and nothing else goes', async () => {
    const imported = await run<{ result: object }>('/system/import', {});
    expect(imported.result).toMatchObject({ unreferenced_blobs: garbage, problems: {} });
    const repository = await RepositoryClient.open(running.platform, 'bucket/app', running.platform.admin);
    const layer = await repository.pushBlob(randomBytes(10_000), 'application/octet-stream');
    const config = await repository.pushBlob(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
    await repository.pushManifest('v1', { schemaVersion: 2, config, layers: [layer] });
    await repository.pushBlob(randomBytes(9_000), 'application/octet-stream');
    expect(await objects(OBJECTS)).toHaveLength(3);

    proxy.seen.length = 0;
    const { job_parameters: found } = await collect();
    expect(JSON.parse(found)).toMatchObject({ purged_blobs: garbage + 1 });
    expect(sent('POST', 'delete')).toHaveLength(Math.ceil((garbage + 1) / gcBatch));
    expect(proxy.seen.filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(new Set((await objects(BLOBS)).map(digestOf))).toEqual(live);
    expect(await objects(OBJECTS)).toHaveLength(2);
    for (const { digest } of [layer, config]) expect(await contentOf(repository, digest)).toBe(digest);
  });

  it('leaves the bytes of what stays as they were', async () => {
    const wrong: string[] = [];
    const keys = (await objects(BLOBS)).values();
    const worker = async (): Promise<void> => {
      for (const key of keys) {
        const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const bytes = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
        if (sha256(bytes) !== digestOf(key)) wrong.push(key);
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(wrong).toEqual([]);
  });

  it('purges multipart uploads that nobody can go on with, and no others', async () => {
    const orphan = `${OBJECTS}${randomUUID()}`;
    await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: orphan }));
    const repository = await RepositoryClient.open(running.platform, 'bucket/app', running.platform.admin);
    const bytes = randomBytes(12 * MEBIBYTE);
    const location = await repository.startUpload();
    const headers = { 'content-type': 'application/octet-stream', 'content-range': `0-${bytes.length - 1}` };
    const answer = await repository.send('PATCH', location, { body: bytes, headers });
    expect(answer.status).toBe(202);
    const unfinished = await multiparts();
    expect(unfinished).toHaveLength(2);

    await collect();
    expect(await multiparts()).toEqual(unfinished.filter((key) => key !== orphan));
    const end = `${String(answer.headers.location)}?digest=${sha256(bytes)}`.replace(/\?(.*)\?/, '?$1&');
    expect((await repository.send('PUT', end)).status).toBe(201);
    expect(await contentOf(repository, sha256(bytes))).toBe(sha256(bytes));
  });

  async function multiparts(): Promise<string[]> {
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.map(({ Key = '' }) => Key);
  }

  /** Through the redirect to the bucket. */
  async function contentOf(repository: RepositoryClient, digest: string): Promise<string> {
    const answer = await repository.send('GET', `blobs/${digest}`);
    expect(answer.status).toBe(307);
    return sha256(Buffer.from(await (await fetch(String(answer.headers.location))).arrayBuffer()));
  }

  function makeTree(out: string): { garbage: number } {
    const args = ['--out', out, '--blobs', String(blobs), '--repositories', '5', '--layer-bytes', '200'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [TREE, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the tree was not made: ${stderr}`);
    return JSON.parse(stdout) as { garbage: number };
  }
});

const statusOf = ({ status, job_status: other }: { status?: string; job_status?: string }) => status ?? other ?? '';

const digestOf = (key: string) => `sha256:${key.split('/').at(-2)}`;

/** What the tree's manifests need, and the manifests: read from the tree, not asked of the platform. */
function liveDigests(tree: string): Set<string> {
  const base = join(tree, 'docker/registry/v2');
  const links = readdirSync(join(base, 'repositories'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /_manifests\/revisions\/.*\/link$/.test(path),
  );
  const found = new Set<string>();
  for (const link of links) {
    const digest = readFileSync(join(base, 'repositories', link), 'utf8');
    const hex = digest.slice('sha256:'.length);
    const { config, layers = [] } = JSON.parse(
      readFileSync(join(base, 'blobs/sha256', hex.slice(0, 2), hex, 'data'), 'utf8'),
    ) as { config?: { digest: string }; layers?: { digest: string }[] };
    for (const part of [digest, config?.digest, ...layers.map((layer) => layer.digest)]) if (part) found.add(part);
  }
  return found;
}

const clientOf = ({ endpoint, region, accessKey, secretKey }: S3Server): S3Client =>
  new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    forcePathStyle: true,
  });
