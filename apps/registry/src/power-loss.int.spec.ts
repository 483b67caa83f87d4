import type { UserPrincipal } from '@breakwater/access';
import { digestOf } from '@breakwater/kernel';
import { blobKey } from '@breakwater/storage';
import { luckBySeed, PowerLossDisk } from '@breakwater/testing';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from './testing/http-client';
import { configBytes, imageManifest } from './testing/images';
import { RegistryUnderTest } from './testing/registry-under-test';
import { expectStatus, location, type RepositoryClient } from './testing/repository-client';

jest.setTimeout(120_000);

const repositories = ['power/app', 'power/tools'];
const clients = 4;
const cuts = 3;

let registry: RegistryUnderTest;
let user: UserPrincipal;
let roots: string[];
/** Name below /v2 → the bytes that clients were told are there. */
let acknowledged: Map<string, Buffer>;
/** Tags → other bytes that they may have, from pushes without an answer. */
let unanswered: Map<string, Buffer[]>;
/** Uploads that nobody has finished, by location. */
let unfinished: Map<string, Buffer>;

beforeEach(async () => {
  registry = await RegistryUnderTest.start();
  user = await registry.user('pusher', { sysadmin: true });
  await registry.project('power');
  roots = [registry.config.STORAGE_ROOT];
  [acknowledged, unanswered, unfinished] = [new Map(), new Map(), new Map()];
});
afterEach(async () => {
  await registry.stop();
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

const bytesOf = (name: string, length: number) =>
  createHash('shake256', { outputLength: length }).update(name).digest();

describe('a registry and power cuts', () => {
  it.each([1, 2])('has everything that it acknowledged (seed %i)', async (seed) => {
    for (let cut = 1; cut <= cuts; cut++) {
      await pushUntilThePowerGoes(seed * 100 + cut);
      await expectEverythingAcknowledged();
      await expectFilesOfRows();
    }
    expect(acknowledged.size).toBeGreaterThan(20);
    await expectNoUploadStuck();
  });
});

/** Pushes, cuts the power at a moment that `seed` decides, and starts another registry on what is left. */
async function pushUntilThePowerGoes(seed: number): Promise<void> {
  const disk = await PowerLossDisk.watch(roots.at(-1)!);
  const step = 150 + ((Math.imul(seed, 2_654_435_761) >>> 0) % 350);
  disk.cutPowerAt(step);
  const pushing = Array.from({ length: clients }, async (_, index) => {
    const repository = await registry.as(user, repositories[index % repositories.length]!);
    for (let image = 1; ; image++) await pushImage(repository, { name: `${seed} ${index} ${image}`, tag: `v${index}` });
  });
  const ends = Promise.allSettled(pushing);
  // A push that fails before the cut is a failure of its own.
  await Promise.race([disk.gone, Promise.all(pushing)]);
  const [dead] = registry.replicas.splice(0);
  dead!.http.close();
  dead!.app.getHttpServer().closeAllConnections();
  await ends;
  await dead!.app.close();
  disk.stop();
  const to = await mkdtemp(join(tmpdir(), 'registry-after-power-loss-'));
  roots.push(to);
  await disk.copyLeftAfter(step, { to, luck: luckBySeed(seed) });
  await registry.addReplica({ STORAGE_ROOT: to });
  // The machine started anew: that took a while, and digests of unfinished uploads are another boot's.
  await registry.sql(
    `UPDATE upload_session SET digest_so_far = split_part(digest_so_far, ' ', 1) || ' another-boot',
            writer_time = writer_time - interval '1 minute'`,
  );
}

/** Pushes an image whose first layer others push as well; rejects when the registry is gone. */
async function pushImage(repository: RepositoryClient, { name, tag }: { name: string; tag: string }): Promise<void> {
  const layers = [bytesOf('shared by all', 60_000), bytesOf(name, 2_000 + 40 * name.length ** 2)];
  const config = configBytes({ author: name });
  for (const [index, blob] of [...layers, config].entries()) {
    await [pushWhole, pushInChunks, pushWhole][index]!(repository, blob);
    acknowledged.set(`${repository.name}/blobs/${digestOf(blob)}`, blob);
  }
  const manifest = imageManifest(config, layers);
  const key = `${repository.name}/manifests/${tag}`;
  unanswered.set(key, [...(unanswered.get(key) ?? []), manifest]);
  expectStatus(await repository.pushManifest(manifest, tag), 201);
  unanswered.get(key)!.pop();
  acknowledged.set(key, manifest);
  acknowledged.set(`${repository.name}/manifests/${digestOf(manifest)}`, manifest);
}

async function pushWhole(repository: RepositoryClient, bytes: Buffer): Promise<void> {
  await repository.pushBlob(bytes);
}

async function pushInChunks(repository: RepositoryClient, bytes: Buffer): Promise<void> {
  const path = await repository.startUpload();
  unfinished.set(path, bytes);
  const half = bytes.length >> 1;
  expectStatus(await append(repository, path, { bytes, from: 0, to: half }), 202);
  expectStatus(await append(repository, path, { bytes, from: half, to: bytes.length }), 202);
  expectStatus(await repository.send('PUT', `${path}?digest=${digestOf(bytes)}`), 201);
  unfinished.delete(path);
}

function append(
  repository: RepositoryClient,
  path: string,
  { bytes, from, to }: { bytes: Buffer; from: number; to: number },
): Promise<Answer> {
  const headers = { 'content-range': `${from}-${to - 1}` };
  return repository.send('PATCH', path, { headers, body: bytes.subarray(from, to) });
}

async function expectEverythingAcknowledged(): Promise<void> {
  const client = await registry.as(user, repositories[0]!, ...repositories.slice(1));
  for (const [path, bytes] of acknowledged) {
    const answer = await client.send('GET', `/v2/${path}`);
    const allowed = [bytes, ...(unanswered.get(path) ?? [])];
    const found = answer.status === 200 ? allowed.find((candidate) => candidate.equals(answer.body)) : undefined;
    expect({ path, status: answer.status, found: found !== undefined }).toEqual({ path, status: 200, found: true });
  }
}

async function expectFilesOfRows(): Promise<void> {
  const rows = await registry.sql<{ digest: string; size: number }>('SELECT digest, size FROM blob');
  for (const { digest, size } of rows) {
    const bytes = await readFile(join(roots.at(-1)!, blobKey(digest)));
    expect({ digest: digestOf(bytes), size: bytes.length }).toEqual({ digest, size });
  }
}

/** Every upload that the cuts left can be gone on with, or says that its bytes are lost, and ends thereby. */
async function expectNoUploadStuck(): Promise<void> {
  const client = await registry.as(user, repositories[0]!, ...repositories.slice(1));
  const rows = await registry.sql<{ id: string; name: string }>(
    'SELECT id, repository_name AS name FROM upload_session',
  );
  const outcomes = await Promise.all(
    rows.map(async ({ id, name }, index) => {
      const path = `/v2/${name}/blobs/uploads/${id}`;
      const bytes = unfinished.get(path);
      return bytes && index % 3 > 0 ? goOn(client, path, bytes) : (await client.send('DELETE', path)).status;
    }),
  );
  expect(outcomes.filter((status) => ![201, 204, 400, 404].includes(status))).toEqual([]);
  expect(await registry.sql('SELECT id FROM upload_session')).toEqual([]);
}

/** 404 and, when zeros stand where bytes were, DIGEST_INVALID: the client sends the blob again. */
async function goOn(client: RepositoryClient, path: string, bytes: Buffer): Promise<number> {
  const status = expectStatus(await client.send('GET', path), 204);
  expect(location(status)).toBe(path);
  const last = Number(/^0-(\d+)$/.exec(String(status.headers.range))?.[1]);
  const from = last === 0 ? 0 : last + 1;
  if (from < bytes.length) {
    const appended = await append(client, path, { bytes, from, to: bytes.length });
    if (appended.status !== 202) return appended.status;
  }
  const answer = await client.send('PUT', `${path}?digest=${digestOf(bytes)}`);
  if (answer.status === 400) expect(answer.codes()).toEqual(['DIGEST_INVALID']);
  return answer.status;
}
