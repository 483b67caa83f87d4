import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, digestOf, expectStatus, Repository, type Answer } from './client.mjs';
import { startLab } from './lab.mjs';

jest.setTimeout(120_000);

const MEBIBYTE = 1024 * 1024;
const isRoot = process.getuid?.() === 0;
/** Root may do everything in spite of a file's mode: its services run without that right here. */
const withoutOverride = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-all', '--'];
const canDrop = !isRoot || spawnSync(withoutOverride[0]!, [...withoutOverride.slice(1), 'true']).status === 0;

interface Refusal {
  status: number;
  code: string;
  reason: string;
}

const refusalOf = ({ status, body }: Answer): Refusal => {
  const [error] = (JSON.parse(body.toString()) as { errors: { code: string; reason: string }[] }).errors;
  return { status, code: error!.code, reason: error!.reason };
};
const full: Refusal = { status: 503, code: 'UNAVAILABLE', reason: 'storage.full' };
const denied: Refusal = { status: 503, code: 'UNAVAILABLE', reason: 'storage.denied' };

let lab: Awaited<ReturnType<typeof startLab>>;
let repository: Repository;

async function open(options: Parameters<typeof startLab>[0]): Promise<void> {
  lab = await startLab(options);
  const api = new Api(lab.cores[0]!.url, lab.admin);
  await api.makeProject('disk');
  repository = new Repository(lab.registries[0]!.url, 'disk/app', await api.token('disk/app'));
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

async function received(upload: string): Promise<number> {
  const { headers } = expectStatus(await repository.send('GET', upload), 204);
  return Number(String(headers.range).split('-')[1]) + 1;
}

(isRoot ? describe : describe.skip)('a storage of 24 MiB that fills up (a tmpfs, which only root may mount)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-full-'));
  const ballast = join(folder, 'ballast');
  const mounted = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]).status === 0;
  const room = (mebibytes: number) => writeFileSync(ballast, Buffer.alloc((24 - mebibytes) * MEBIBYTE));

  beforeAll(() => {
    expect(mounted).toBe(true);
    return open({ settings: { STORAGE_ROOT: folder } });
  });
  afterAll(async () => {
    await lab?.stop();
    if (mounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => rmSync(ballast, { force: true }));

  it.each(['PATCH', 'PUT'])(
    'refuses a %s clearly, shows nothing half, and goes on with the session',
    async (method) => {
      room(5);
      const blob = randomBytes(8 * MEBIBYTE);
      const digest = digestOf(blob);
      const upload = await repository.startUpload();
      const answer =
        method === 'PATCH' ? await repository.patch(upload, blob) : await repository.finish(upload, digest, blob);
      expect(refusalOf(answer)).toEqual(full);
      expectStatus(await repository.send('HEAD', `blobs/${digest}`), 404);
      expect(filesBelow(folder).some((path) => path.includes(digest.slice(7)))).toBe(false);

      rmSync(ballast);
      const start = await received(upload);
      expect(start).toBeGreaterThan(0);
      expect(start).toBeLessThan(blob.length);
      expectStatus(await repository.patch(upload, blob.subarray(start), start), 202);
      expectStatus(await repository.finish(upload, digest), 201);
      expect(digestOf(expectStatus(await repository.send('GET', `blobs/${digest}`), 200).body)).toBe(digest);
      expectStatus(await repository.send('DELETE', `blobs/${digest}`), 202);
      for (const path of filesBelow(folder)) rmSync(path);
    },
  );

  it('refuses a single POST clearly and leaves no bytes of it behind', async () => {
    room(5);
    const blob = randomBytes(8 * MEBIBYTE);
    const post = () => repository.send('POST', `blobs/uploads/?digest=${digestOf(blob)}`, { body: blob });
    expect(refusalOf(await post())).toEqual(full);
    expect(filesBelow(folder).filter((path) => path !== ballast && statSync(path).size > 0)).toEqual([]);
    rmSync(ballast);
    expectStatus(await post(), 201);
    for (const path of filesBelow(folder)) rmSync(path);
  });

  it('serves pulls and small pushes of manifests while it is full', async () => {
    const tagged = await repository.pushImage('there', [randomBytes(100_000)]);
    room(0.5);
    spawnSync('sh', ['-c', `cat /dev/zero >> ${ballast} 2>/dev/null`]);
    expect(await repository.verify('there')).toBe(tagged);
    const manifest = expectStatus(await repository.send('GET', 'manifests/there'), 200).body;
    expectStatus(await repository.putManifest('again', manifest), 201);
    expect(refusalOf(await repository.patch(await repository.startUpload(), randomBytes(MEBIBYTE)))).toEqual(full);
  });
});

(canDrop ? describe : describe.skip)('a storage that refuses access', () => {
  beforeAll(() => open({ wrapper: isRoot ? withoutOverride : [] }));
  afterAll(() => lab?.stop());

  /** Runs `work` while nobody may use the folder or file. */
  async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
    const { mode } = statSync(path);
    chmodSync(path, 0);
    try {
      return await work();
    } finally {
      chmodSync(path, mode);
    }
  }

  it('says so when the first bytes come and when an upload ends, and all goes on when it is repaired', async () => {
    const blob = randomBytes(100_000);
    await repository.pushImage('first', [blob]);
    const registry = join(lab.storage, 'docker/registry/v2');
    const next = randomBytes(100_000);
    const upload = await repository.startUpload();
    const begin = () => repository.patch(upload, next);
    expect(refusalOf(await locked(registry, begin))).toEqual(denied);
    expectStatus(await begin(), 202);
    const finish = () => repository.finish(upload, digestOf(next));
    expect(refusalOf(await locked(registry, finish))).toEqual(denied);
    expectStatus(await repository.send('HEAD', `blobs/${digestOf(next)}`), 404);
    expectStatus(await finish(), 201);
    expect(expectStatus(await repository.send('GET', `blobs/${digestOf(next)}`), 200).body.equals(next)).toBe(true);
  });

  it('says so when a blob cannot be read, and reads it when it can', async () => {
    const blob = randomBytes(200_000);
    const { digest } = await repository.pushBlob(blob);
    const [file] = filesBelow(lab.storage).filter((path) => path.includes(digest.slice(7)));
    const read = () => repository.send('GET', `blobs/${digest}`);
    expect(refusalOf(await locked(file!, read))).toEqual(denied);
    for (let round = 0; round < 3; round++) expect(expectStatus(await read(), 200).body.equals(blob)).toBe(true);
    // Warm by now: the answer from memory must say the same.
    expect(refusalOf(await locked(file!, read))).toEqual(denied);
    expectStatus(await read(), 200);
  });
});
