import { ArtifactPurgeService } from '@breakwater/artifacts';
import { digestOf, mediaTypes } from '@breakwater/kernel';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { configBytes, descriptor, imageManifest, indexManifest } from './testing/images';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.stop());

/** What the quota says, and what a count of everything says, with what can be restored. They must agree. */
async function usageOf(projectId: number): Promise<number> {
  const [row] = await registry.sql<{ used: number; counted: number; linked: number }>(
    `WITH held AS (SELECT id, digest, manifest_size FROM artifact WHERE project_id = $1
                   UNION ALL SELECT id, digest, manifest_size FROM deleted_artifact WHERE project_id = $1),
     needed AS (SELECT artifact_id, blob_id FROM artifact_blob UNION ALL SELECT deleted_artifact_id, blob_id FROM deleted_artifact_blob),
     manifests AS (SELECT coalesce(sum(manifest_size), 0)::bigint AS bytes FROM (SELECT DISTINCT digest, manifest_size FROM held) m)
     SELECT q.used,
       (SELECT coalesce(sum(b.size), 0) FROM blob b WHERE b.id IN (SELECT n.blob_id FROM needed n JOIN held h ON h.id = n.artifact_id))::bigint
         + m.bytes AS counted,
       (SELECT coalesce(sum(b.size), 0) FROM project_blob pb JOIN blob b ON b.id = pb.blob_id WHERE pb.project_id = $1)::bigint
         + m.bytes AS linked
     FROM quota q, manifests m WHERE q.project_id = $1`,
    [projectId],
  );
  expect(row!.used).toBe(row!.counted);
  expect(row!.linked).toBe(row!.counted);
  return row!.used;
}

const setLimit = (projectId: number, hard: number) =>
  registry.sql('UPDATE quota SET hard = $2 WHERE project_id = $1', [projectId, hard]);

/** As when the time of all that was deleted is over. */
const purge = (projectId: number) =>
  registry.app
    .get(ArtifactPurgeService, { strict: false })
    .purgeAll(projectId, { name: 'test', address: '', userAgent: '' });

async function pushBlobs(client: RepositoryClient, ...blobs: Buffer[]): Promise<void> {
  for (const blob of blobs) await client.pushBlob(blob);
}

describe('usage', () => {
  it('counts each blob and each manifest of a project once', async () => {
    const id = await registry.project('counted');
    const one = await registry.as(system, 'counted/one', 'counted/two');
    const two = await registry.as(system, 'counted/two');
    const [config, layer, other] = [configBytes({ author: 'quota' }), randomBytes(1_000), randomBytes(500)];
    await pushBlobs(one, config, layer, other);
    expect(await usageOf(id)).toBe(0);

    const first = imageManifest(config, [layer]);
    expectStatus(await one.pushManifest(first, 'first'), 201);
    const base = config.length + layer.length + first.length;
    expect(await usageOf(id)).toBe(base);
    expectStatus(await one.pushManifest(first, 'again'), 201);
    expect(await usageOf(id)).toBe(base);

    const second = imageManifest(config, [layer, other]);
    expectStatus(await one.pushManifest(second, 'second'), 201);
    expect(await usageOf(id)).toBe(base + other.length + second.length);

    await pushBlobs(two, config, layer);
    expectStatus(await two.pushManifest(first, 'first'), 201);
    expect(await usageOf(id)).toBe(base + other.length + second.length);

    const index = indexManifest([descriptor(first, mediaTypes.ociManifest)]);
    expectStatus(await one.pushManifest(index, 'index'), 201);
    expect(await usageOf(id)).toBe(base + other.length + second.length + index.length);

    for (const reference of ['index', digestOf(index), digestOf(second)])
      expectStatus(await one.send('DELETE', `/manifests/${reference}`), 202);
    expect(await usageOf(id)).toBe(base + other.length + second.length + index.length);
    await purge(id);
    expect(await usageOf(id)).toBe(base);
    expectStatus(await one.send('DELETE', `/manifests/${digestOf(first)}`), 202);
    await purge(id);
    expect(await usageOf(id)).toBe(base);
    expectStatus(await two.send('DELETE', `/manifests/${digestOf(first)}`), 202);
    expect(await usageOf(id)).toBe(base);
    await purge(id);
    expect(await usageOf(id)).toBe(0);
  });

  it('counts the same manifest under two algorithms twice, and its blobs once', async () => {
    const id = await registry.project('algorithms');
    const client = await registry.as(system, 'algorithms/app');
    const config = configBytes({ author: 'algorithms' });
    await pushBlobs(client, config);
    const manifest = imageManifest(config, []);
    for (const algorithm of ['sha256', 'sha512'] as const)
      expectStatus(await client.pushManifest(manifest, digestOf(manifest, algorithm)), 201);
    expect(await usageOf(id)).toBe(config.length + 2 * manifest.length);
  });
});

describe('the limit', () => {
  it('is reached to the byte, and not passed by one', async () => {
    const id = await registry.project('exact');
    const client = await registry.as(system, 'exact/app');
    const [config, layer] = [configBytes(), randomBytes(2_048)];
    await pushBlobs(client, config, layer);
    const manifest = imageManifest(config, [layer]);
    const needed = config.length + layer.length + manifest.length;
    await setLimit(id, needed - 1);
    const refused = expectStatus(await client.pushManifest(manifest, 'latest'), 403);
    const { errors } = refused.json<{ errors: { code: string; message: string; reason: string }[] }>();
    expect(errors).toEqual([
      {
        code: 'DENIED',
        message: expect.stringMatching(
          /^adding \d+(\.\d)? (B|KiB) of storage resource, which when updated to current usage of 0 B will exceed the configured upper limit of \d+(\.\d)? (B|KiB)\.$/,
        ),
        reason: 'quota.exceeded',
        params: { bytes: needed, used: 0, hard: needed - 1 },
      },
    ]);
    expectStatus(await client.send('HEAD', '/manifests/latest'), 404);
    expect(await usageOf(id)).toBe(0);
    await setLimit(id, needed);
    expectStatus(await client.pushManifest(manifest, 'latest'), 201);
    expect(await usageOf(id)).toBe(needed);
    expectStatus(await client.pushManifest(manifest, 'second-tag'), 201);
  });

  it('refuses a body that cannot fit before it is sent', async () => {
    const id = await registry.project('announced', { quota: 1_000_000 });
    const client = await registry.as(system, 'announced/app');
    for (const line of [
      `PATCH ${await client.startUpload()}`,
      `PUT ${await client.startUpload()}?digest=${digestOf(Buffer.from('x'))}`,
      `POST /v2/announced/app/blobs/uploads/?digest=${digestOf(Buffer.from('x'))}`,
    ]) {
      const head = `${line} HTTP/1.1\r\nHost: test\r\nAuthorization: ${client.authorization}\r\nExpect: 100-continue\r\nContent-Length: 1000001\r\n\r\n`;
      expect(await firstLine(head)).toBe('HTTP/1.1 403 Forbidden');
      expect(await firstLine(head.replace('1000001', '1000000'))).toBe('HTTP/1.1 100 Continue');
    }
    expect(await usageOf(id)).toBe(0);
  });

  it('counts what is being uploaded', async () => {
    await registry.project('pending', { quota: 1_000 });
    const client = await registry.as(system, 'pending/app');
    const upload = await client.startUpload();
    expectStatus(await client.send('PATCH', upload, { body: randomBytes(600) }), 202);
    const other = await client.startUpload();
    expect(expectStatus(await client.send('PATCH', other, { body: randomBytes(600) }), 403).codes()).toEqual([
      'DENIED',
    ]);
    expectStatus(await client.send('DELETE', upload), 204);
    expectStatus(await client.send('PATCH', other, { body: randomBytes(600) }), 202);
  });
});

async function firstLine(request: string): Promise<string> {
  const socket = connect(registry.http.port, '127.0.0.1');
  socket.write(request);
  const line = await new Promise<string>((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1').split('\r\n')[0]!));
    socket.once('close', () => reject(new Error('closed')));
  });
  socket.removeAllListeners('close');
  socket.destroy();
  return line;
}

describe('under load', () => {
  /** Pushes, mounts and deletes of shared content in one project, all at once. */
  it('never drifts, nor passes the limit', async () => {
    const id = await registry.project('race');
    const names = ['race/a', 'race/b', 'race/c'];
    const clients = await Promise.all(names.map((name) => registry.as(system, name, ...names)));
    const configs = Array.from({ length: 4 }, (_, i) => configBytes({ author: `race ${i}` }));
    const layers = Array.from({ length: 6 }, (_, i) => randomBytes(200 * (i + 1)));
    await pushBlobs(clients[0]!, ...configs, ...layers);
    let state = 42;
    const pick = <T>(list: T[]): T => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return list[state % list.length]!;
    };
    const manifests = Array.from({ length: 12 }, () => imageManifest(pick(configs), [pick(layers), pick(layers)]));

    const steps: (() => Promise<number>)[] = [
      () => push(pick(clients), pick(manifests)),
      () => push(pick(clients), pick(manifests)),
      () =>
        pick(clients)
          .send('DELETE', `/manifests/${digestOf(pick(manifests))}`)
          .then(statusOf),
      () =>
        pick(clients)
          .send('DELETE', `/blobs/${digestOf(pick(layers))}`)
          .then(statusOf),
      () => purge(id).then(() => 202),
      () => mount(pick(clients), pick([...configs, ...layers]), pick(names)),
      () => pushBlob(pick(clients), pick(layers)),
    ];
    const seen = new Set<number>();
    for (const limit of [-1, 4_000, 2_500, -1]) {
      await setLimit(id, limit);
      const before = await usageOf(id);
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all(Array.from({ length: 25 }, () => pick(steps)()));
        answers.forEach((status) => seen.add(status));
        const used = await usageOf(id);
        if (limit >= 0) expect(used).toBeLessThanOrEqual(Math.max(limit, before));
      }
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining([201, 202, 403, 404]));
    expect([...seen].filter((status) => status >= 500)).toEqual([]);
    await assertWhole(id);
  }, 60_000);

  const statusOf = ({ status }: { status: number }) => status;
  const push = (client: RepositoryClient, manifest: Buffer) =>
    client.pushManifest(manifest, digestOf(manifest)).then(statusOf);
  /** Refused where what is used leaves no room for it, in case it is new. */
  const pushBlob = (client: RepositoryClient, bytes: Buffer) =>
    client.send('POST', `/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes }).then(statusOf);
  const mount = (client: RepositoryClient, blob: Buffer, from: string) =>
    client.send('POST', `/blobs/uploads/?mount=${digestOf(blob)}&from=${from}`).then(statusOf);

  /** Everything that an artifact names can be pulled from its repository. */
  async function assertWhole(projectId: number): Promise<void> {
    const torn = await registry.sql(
      `SELECT a.id FROM artifact a JOIN artifact_blob ab ON ab.artifact_id = a.id WHERE a.project_id = $1
       AND NOT EXISTS (SELECT 1 FROM repository_blob rb WHERE rb.repository_id = a.repository_id AND rb.blob_id = ab.blob_id)`,
      [projectId],
    );
    expect(torn).toEqual([]);
  }
});
