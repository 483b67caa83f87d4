import { ArtifactDeletionService, BlobsService, TagsService } from '@breakwater/artifacts';
import { digestOf, mediaTypes } from '@breakwater/kernel';
import { SettingsService } from '@breakwater/settings';
import { randomBytes, randomUUID } from 'node:crypto';
import { BlobSweepRepository } from './blob-sweep.repository';
import { GarbageCollector } from './garbage-collector';
import type { GarbageOptions } from './garbage';
import { actor, GcBench } from './gc.suite';

let bench: GcBench;
beforeAll(async () => {
  bench = await GcBench.start();
  await restorableFor(0);
});
afterAll(() => bench.close());
afterEach(() => jest.restoreAllMocks());

const standard: GarbageOptions = { deleteUntagged: false, dryRun: false, workers: 2, windowSeconds: 0 };

async function collect(options: Partial<GarbageOptions> = {}, context = bench.context()) {
  await bench.get(GarbageCollector).collect({ ...standard, ...options }, context);
  return context;
}

const restorableFor = (days: number) => bench.get(SettingsService).update({ artifact_restore_window_days: days });
const bytes = () => randomBytes(100);
const remove = (digest: string, repository = 'bench/app') =>
  bench.get(ArtifactDeletionService).delete(repository, digest, actor);
const artifactExists = async (digest: string) =>
  (await bench.query('SELECT 1 FROM artifact WHERE digest = $1', [digest])).length > 0;

describe('a collection', () => {
  it('removes what no artifact needs, bytes, rows and manifests, and nothing else', async () => {
    const [config, shared, own] = [bytes(), bytes(), bytes()];
    const going = await bench.pushImage([config, shared, own], 'going');
    const staying = await bench.pushImage([bytes(), shared], 'staying');
    await remove(going);
    const { outcome, lines } = await collect();
    for (const gone of [config, own]) {
      expect(await bench.row(gone)).toBeUndefined();
      expect(await bench.stored(gone)).toBe(false);
      expect(await bench.has(digestOf(gone))).toBe(false);
    }
    expect(await bench.stored(shared)).toBe(true);
    expect(await bench.has(digestOf(shared))).toBe(true);
    const manifests = await bench.query<{ digest: string }>('SELECT digest FROM manifest');
    expect(manifests).toEqual([{ digest: staying }]);
    expect(outcome).toMatchObject({ purged_blobs: 2, purged_manifests: 1 });
    expect(outcome.freed_space).toBeGreaterThan(200);
    expect(lines.join('\n')).toContain('removed 2 blobs, 200 bytes');
  });

  it('leaves what somebody was told of within the window', async () => {
    const fresh = bytes();
    await bench.pushBlob(fresh);
    await collect({ windowSeconds: 3_600 });
    expect(await bench.row(fresh)).toMatchObject({ status: 'none' });
    await bench.query(`UPDATE blob SET update_time = now() - interval '2 hours' WHERE digest = $1`, [digestOf(fresh)]);
    expect(await bench.has(digestOf(fresh))).toBe(true);
    await collect({ windowSeconds: 3_600 });
    expect(await bench.stored(fresh)).toBe(true);
    await collect();
    expect(await bench.stored(fresh)).toBe(false);
  });

  it('counts in a dry run what it would remove, shared blobs once, and removes nothing', async () => {
    const [shared, other] = [bytes(), bytes()];
    for (const repository of ['bench/one', 'bench/two', 'bench/three'])
      await bench.pushImage([shared, other], undefined, repository);
    const { outcome } = await collect({ dryRun: true, deleteUntagged: true });
    const size = bench.manifestOf([shared, other]).length;
    const freed = { purged_blobs: 2, purged_manifests: 1, freed_space: 200 + size };
    expect(outcome).toEqual({ ...freed, untagged_artifacts: 3 });
    expect(await collect({ dryRun: true })).toMatchObject({ outcome: { purged_blobs: 0, freed_space: 0 } });
    expect(await bench.stored(shared)).toBe(true);
    expect(await collect({ deleteUntagged: true })).toMatchObject({ outcome: freed });
    expect(await bench.stored(shared)).toBe(false);
  });

  it('takes a blob out of a repository that needs it no more, when others do', async () => {
    const shared = bytes();
    const gone = await bench.pushImage([bytes(), shared], 'v1', 'bench/here');
    await bench.pushImage([bytes(), shared], 'v1', 'bench/there');
    await remove(gone, 'bench/here');
    await collect({ windowSeconds: 3_600 });
    expect(await bench.has(digestOf(shared), 'bench/here')).toBe(true);
    await collect();
    expect(await bench.has(digestOf(shared), 'bench/here')).toBe(false);
    expect(await bench.has(digestOf(shared), 'bench/there')).toBe(true);
  });

  it('does not begin, or go on, while the system is read-only', async () => {
    await bench.get(SettingsService).update({ read_only: true });
    await expect(collect()).rejects.toThrow('read only');
    await bench.get(SettingsService).update({ read_only: false });
  });

  it('cancels uploads without a session that are a day old', async () => {
    const [orphan, fresh] = [randomUUID(), randomUUID()];
    for (const id of [orphan, fresh]) await bench.store.startUpload(id);
    const uploads = async function* () {
      yield { id: orphan, size: 0, modified: new Date(Date.now() - 25 * 3_600_000) };
      yield { id: fresh, size: 0, modified: new Date() };
    };
    jest.spyOn(bench.keeper, 'walkUploads').mockImplementation(uploads);
    const cancelled = jest.spyOn(bench.keeper, 'cancelUploads');
    await collect();
    expect(cancelled.mock.calls).toEqual([[[orphan]]]);
  });
});

describe('what a push was promised during a collection', () => {
  /** Runs `meanwhile` when the collector has looked, and is about to take blobs. */
  function betweenLookAndTake(meanwhile: () => Promise<unknown>): void {
    const blobs = bench.get(BlobSweepRepository);
    const take = blobs.take.bind(blobs);
    jest.spyOn(blobs, 'take').mockImplementationOnce(async (candidates) => {
      await meanwhile();
      return take(candidates);
    });
  }

  it.each([
    ['a HEAD', (blob: Buffer) => bench.has(digestOf(blob))],
    ['an upload', (blob: Buffer) => bench.pushBlob(blob)],
    ['a mount', (blob: Buffer) => mount(blob)],
    ['a manifest', (blob: Buffer) => bench.pushManifest(bench.manifestOf([blob]), 'kept')],
  ])('%s keeps the blob', async (_, promise) => {
    const blob = bytes();
    await bench.pushBlob(blob);
    await bench.query(`UPDATE blob SET update_time = now() - interval '1 hour'`);
    const promised: unknown[] = [];
    betweenLookAndTake(async () => promised.push(await promise(blob)));
    await collect({ windowSeconds: 600 });
    expect(promised).toEqual([expect.anything()]);
    expect(promised).not.toEqual([false]);
    expect(await bench.row(blob)).toMatchObject({ status: 'none' });
    expect(await bench.stored(blob)).toBe(true);
  });

  const mount = (blob: Buffer) =>
    bench.get(BlobsService).mount(bench.target('bench/mounted'), digestOf(blob), {
      from: 'bench/app',
      mayPull: () => Promise.resolve(true),
    });

  it('a blob that came to be needed without a touch is left', async () => {
    const blob = bytes();
    await bench.pushBlob(blob);
    betweenLookAndTake(() =>
      bench.query(`INSERT INTO project_blob SELECT $1, id FROM blob WHERE digest = $2`, [
        bench.projectId,
        digestOf(blob),
      ]),
    );
    await collect();
    expect(await bench.row(blob)).toMatchObject({ status: 'none' });
    await bench.query('DELETE FROM project_blob pb USING blob b WHERE b.id = pb.blob_id AND b.digest = $1', [
      digestOf(blob),
    ]);
  });

  it('while bytes are removed nobody is told that the blob exists, and a push waits until they can come', async () => {
    const blob = bytes();
    await bench.pushBlob(blob);
    const seen: unknown[] = [];
    let push: Promise<string> | undefined;
    const deleteBlobs = bench.keeper.deleteBlobs.bind(bench.keeper);
    jest.spyOn(bench.keeper, 'deleteBlobs').mockImplementation(async (keys, options) => {
      seen.push(await bench.has(digestOf(blob)), await mount(blob));
      await expect(bench.pushManifest(bench.manifestOf([blob]), 'none')).rejects.toMatchObject({ status: 400 });
      push = bench.pushBlob(blob);
      return deleteBlobs(keys, options);
    });
    await collect();
    expect(seen).toEqual([false, false]);
    await push;
    expect(await bench.stored(blob)).toBe(true);
    expect(await bench.row(blob)).toMatchObject({ status: 'none' });
  });

  it('an upload that claimed the blob before its removal began is not acknowledged without its bytes', async () => {
    const blob = bytes();
    await bench.pushBlob(blob);
    // Between moving the bytes into place and writing the row, the whole collection goes by.
    const finishUpload = bench.store.finishUpload.bind(bench.store);
    jest.spyOn(bench.store, 'finishUpload').mockImplementation(async (...args) => {
      const key = await finishUpload(...args);
      await collect();
      return key;
    });
    await expect(bench.pushBlob(blob)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    jest.restoreAllMocks();
    expect(await bench.row(blob)).toBeUndefined();
    expect(await bench.stored(blob)).toBe(false);
    await bench.pushBlob(blob);
    expect(await bench.stored(blob)).toBe(true);
  });

  it('an upload whose bytes came after a removal is acknowledged with them', async () => {
    const blob = bytes();
    await bench.pushBlob(blob);
    const finishUpload = bench.store.finishUpload.bind(bench.store);
    jest.spyOn(bench.store, 'finishUpload').mockImplementation(async (...args) => {
      await collect();
      return finishUpload(...args);
    });
    await bench.pushBlob(blob);
    jest.restoreAllMocks();
    expect(await bench.stored(blob)).toBe(true);
    expect(await bench.row(blob)).toMatchObject({ status: 'none' });
  });

  it('a manifest pushed again while unused ones go keeps its bytes', async () => {
    const blob = bytes();
    const payload = bench.manifestOf([blob]);
    const digest = await bench.pushImage([blob], 'v1');
    await remove(digest);
    let pushes = 0;
    for (let round = 0; round < 10; round++) {
      const push = bench.pushBlob(blob).then(() => bench.pushManifest(payload, 'v1'));
      const [pushed] = await Promise.allSettled([push, collect()]);
      if (pushed.status === 'fulfilled') {
        pushes++;
        const found = await bench.query(
          `SELECT m.digest FROM artifact a JOIN manifest m ON m.digest = a.digest WHERE a.digest = $1`,
          [digest],
        );
        expect(found).toHaveLength(1);
        await remove(digest);
      }
    }
    expect(pushes).toBeGreaterThan(0);
  });
});

describe('a removal that fails', () => {
  it('is recorded for those that storage names, tried again by the next collection, and undone by a push', async () => {
    await collect();
    const [bad, good, pushed] = [bytes(), bytes(), bytes()];
    for (const blob of [bad, good, pushed]) await bench.pushBlob(blob);
    const isBad = (key: string) => !key.includes(digestOf(good).slice('sha256:'.length));
    jest.spyOn(bench.keeper, 'deleteBlobs').mockImplementation(async (keys) => ({
      failed: keys.filter(isBad).map((key) => ({ key, message: 'the disk is angry' })),
    }));
    const { lines, outcome } = await collect();
    expect(outcome).toMatchObject({ purged_blobs: 1 });
    expect(lines.filter((line) => line.includes('the disk is angry'))).toHaveLength(2);
    expect(await bench.row(bad)).toMatchObject({ status: 'deletefailed' });
    expect(await bench.has(digestOf(bad))).toBe(false);
    await bench.pushBlob(pushed);
    expect(await bench.row(pushed)).toMatchObject({ status: 'none' });
    jest.restoreAllMocks();
    await collect();
    expect(await bench.row(bad)).toBeUndefined();
    expect(await bench.stored(bad)).toBe(false);
  });

  it('is left to later when nobody knows how it went, and finished then', async () => {
    const blob = bytes();
    await bench.pushBlob(blob);
    jest.spyOn(bench.keeper, 'deleteBlobs').mockRejectedValueOnce(new Error('no answer'));
    await expect(collect()).rejects.toThrow('no answer');
    expect(await bench.row(blob)).toMatchObject({ status: 'deleting' });
    await collect();
    expect(await bench.row(blob)).toMatchObject({ status: 'deleting' });
    await bench.query(`UPDATE blob SET update_time = now() - interval '6 minutes' WHERE status = 'deleting'`);
    await collect();
    expect(await bench.row(blob)).toBeUndefined();
  });

  it('is not counted twice by a run that goes on after its worker died', async () => {
    const blobs = [bytes(), bytes(), bytes()];
    for (const blob of blobs) await bench.pushBlob(blob);
    const died = new Error('killed');
    const context = bench.context();
    let checkpoint: unknown;
    const dying = {
      ...context,
      advance: async (next: unknown, work?: () => Promise<void>) => {
        if ((next as { phase: string }).phase === 'manifests') throw died;
        await context.advance(next, work);
        checkpoint = JSON.parse(JSON.stringify(next));
      },
    };
    await expect(collect({}, dying)).rejects.toBe(died);
    expect(checkpoint).toMatchObject({ phase: 'sweep', totals: { blobs: 3, freed: 300 } });
    const { outcome } = await collect({}, bench.context({ checkpoint, run: 2 }));
    expect(outcome).toMatchObject({ purged_blobs: 3 });
  });

  it('ends between batches when it is told to stop', async () => {
    const stopping = new AbortController();
    stopping.abort(new Error('stopped'));
    await expect(collect({}, bench.context({ signal: stopping.signal }))).rejects.toThrow('stopped');
  });
});

describe('untagged artifacts', () => {
  it('stay unless they are asked for', async () => {
    const digest = await bench.pushImage([bytes()]);
    await collect();
    expect(await artifactExists(digest)).toBe(true);
    await collect({ deleteUntagged: true, windowSeconds: 3_600 });
    expect(await artifactExists(digest)).toBe(true);
    await collect({ deleteUntagged: true });
    expect(await artifactExists(digest)).toBe(false);
  });

  it('can be restored for a while, and free nothing until then', async () => {
    await restorableFor(7);
    const blob = bytes();
    const digest = await bench.pushImage([blob]);
    const nothing = { purged_blobs: 0, purged_manifests: 0, freed_space: 0 };
    const dry = await collect({ dryRun: true, deleteUntagged: true });
    const size = bench.manifestOf([blob]).length;
    expect(dry.outcome).toEqual({ ...nothing, untagged_artifacts: 1, restorable_space: 100 + size });
    const { outcome } = await collect({ deleteUntagged: true });
    expect(outcome).toMatchObject(nothing);
    expect(await artifactExists(digest)).toBe(false);
    expect(await bench.stored(blob)).toBe(true);
    await bench.query('DELETE FROM deleted_artifact');
    await bench.query('DELETE FROM project_blob');
    await restorableFor(0);
    expect(await collect()).toMatchObject({ outcome: { purged_blobs: 1, freed_space: 100 + size } });
  });

  it('stay while a retention policy keeps them, each repository judged once', async () => {
    const [first, second, third] = [
      await bench.pushImage([bytes()], undefined, 'bench/kept'),
      await bench.pushImage([bytes()], undefined, 'bench/kept'),
      await bench.pushImage([bytes()], undefined, 'bench/kept'),
    ];
    const elsewhere = await bench.pushImage([bytes()], undefined, 'bench/other');
    await bench.query(
      'INSERT INTO retention_policy (project_id, rules, unit, keep_signed) VALUES ($1, $2, $3, false)',
      [bench.projectId, JSON.stringify([latestPushed(2, 'kept')]), 'tag'],
    );
    const dry = await collect({ dryRun: true, deleteUntagged: true });
    expect(dry.outcome).toMatchObject({ untagged_artifacts: 2, purged_manifests: 2 });
    await collect({ deleteUntagged: true });
    const left = await Promise.all([first, second, third, elsewhere].map(artifactExists));
    expect(left).toEqual([false, true, true, false]);
    await bench.query('DELETE FROM retention_policy');
    await collect({ deleteUntagged: true });
    expect(await artifactExists(second)).toBe(false);
  });

  const latestPushed = (count: number, repository: string) => ({
    disabled: false,
    action: 'retain',
    template: 'latestPushedK',
    params: { latestPushedK: count },
    tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: '**', extras: '{"untagged":true}' }],
    scope_selectors: {
      repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: repository, extras: '' }],
    },
  });

  it('stay as parts of a tagged index, and go with an untagged one', async () => {
    const child = await bench.pushImage([bytes()]);
    const [{ size }] = (await bench.query<{ size: number }>(
      'SELECT manifest_size AS size FROM artifact WHERE digest = $1',
      [child],
    )) as [{ size: number }];
    const manifests = [{ mediaType: mediaTypes.ociManifest, digest: child, size }];
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
    const parent = await bench.pushManifest(index, 'multi');
    await collect({ deleteUntagged: true });
    expect(await artifactExists(child)).toBe(true);
    await bench.get(TagsService).delete('bench/app', 'multi', actor);
    await collect({ deleteUntagged: true });
    expect(await artifactExists(parent)).toBe(false);
    expect(await artifactExists(child)).toBe(false);
  });

  it('stay while a signature needs them, and so does the signature', async () => {
    const image = await bench.pushImage([bytes()]);
    const blob = bytes();
    await bench.pushBlob(blob);
    const subject = { mediaType: mediaTypes.ociManifest, digest: image, size: 1 };
    const signature = await bench.pushManifest(bench.manifestOf([blob], { subject, artifactType: 'application/test' }));
    await collect({ deleteUntagged: true });
    expect(await artifactExists(image)).toBe(true);
    expect(await artifactExists(signature)).toBe(true);
  });

  it('go with the attestations that an index brought, and no sooner', async () => {
    const [image, attestation] = [await bench.pushImage([bytes()]), await bench.pushImage([bytes()])];
    const describe = (digest: string, annotations?: object) => ({
      ...{ mediaType: mediaTypes.ociManifest, digest, size: 1 },
      ...(annotations && { annotations }),
    });
    const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image };
    const manifests = [describe(image), describe(attestation, about)];
    const payload = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
    const index = await bench.pushManifest(payload, 'v1');
    await collect({ deleteUntagged: true });
    expect(await Promise.all([index, image, attestation].map(artifactExists))).toEqual([true, true, true]);
    await bench.get(TagsService).create('bench/app', image, 'amd64', actor);
    await bench.get(TagsService).delete('bench/app', 'v1', actor);
    await collect({ deleteUntagged: true });
    expect(await Promise.all([index, image, attestation].map(artifactExists))).toEqual([false, true, true]);
    await bench.get(TagsService).delete('bench/app', 'amd64', actor);
    await collect({ deleteUntagged: true });
    expect(await Promise.all([image, attestation].map(artifactExists))).toEqual([false, false]);
  });
});
