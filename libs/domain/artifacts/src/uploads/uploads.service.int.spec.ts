import { digestOf } from '@breakwater/kernel';
import { randomBytes } from 'node:crypto';
import { ArtifactDeletionService } from '../deletion/artifact-deletion.service';
import { startArtifacts, type ArtifactsBench } from '../artifacts.suite';
import { UploadsService } from './uploads.service';

let bench: ArtifactsBench;
let uploads: UploadsService;
const full = new Error('the disk is full');

beforeAll(async () => {
  bench = await startArtifacts();
  uploads = bench.app.get(UploadsService, { strict: false });
});
afterAll(() => bench.close());

const target = () => ({ projectId: bench.projectId, repository: 'bench/app' });
const body = (bytes: Buffer) => ({
  stream: (async function* () {
    yield bytes;
  })(),
  length: bytes.length,
});
const rows = (digest: string) => bench.database.query('SELECT 1 FROM blob WHERE digest = $1', [digest]);

async function received(bytes: Buffer): Promise<string> {
  const id = uploads.start(target());
  await uploads.append(target(), id, body(bytes));
  return id;
}

/** Decision 3: a row without its bytes must never exist, and nothing acknowledged is lost. */
describe('when storage fails', () => {
  it('before the bytes are in place, the upload can be ended again', async () => {
    const bytes = randomBytes(1_000);
    const id = await received(bytes);
    bench.store.failNext('finishUpload', full);
    await expect(uploads.finish(target(), id, digestOf(bytes))).rejects.toBe(full);
    expect(await rows(digestOf(bytes))).toEqual([]);
    await uploads.finish(target(), id, digestOf(bytes));
    expect(await rows(digestOf(bytes))).toHaveLength(1);
  });

  it('after the bytes are in place, the client can begin anew', async () => {
    const bytes = randomBytes(1_000);
    const id = await received(bytes);
    bench.store.failNext('finishUpload', full, 'after');
    await expect(uploads.finish(target(), id, digestOf(bytes))).rejects.toBe(full);
    expect(await rows(digestOf(bytes))).toEqual([]);
    await expect(uploads.finish(target(), id, digestOf(bytes))).rejects.toMatchObject({ status: 404 });
    await uploads.upload(target(), digestOf(bytes), body(bytes));
    expect(await rows(digestOf(bytes))).toHaveLength(1);
  });

  it('in a chunk, what came before it stays', async () => {
    const bytes = randomBytes(1_000);
    const id = await received(bytes);
    bench.store.failNext('appendUpload', full);
    await expect(uploads.append(target(), id, body(randomBytes(10)))).rejects.toBe(full);
    expect(await uploads.receivedBytes(target(), id)).toBe(bytes.length);
    await uploads.finish(target(), id, digestOf(bytes));
  });

  it('while a whole blob is pushed, nothing is left', async () => {
    const bytes = randomBytes(1_000);
    for (const step of ['appendUpload', 'finishUpload'] as const) {
      bench.store.failNext(step, full);
      await expect(uploads.upload(target(), digestOf(bytes), body(bytes))).rejects.toBe(full);
    }
    expect(await rows(digestOf(bytes))).toEqual([]);
    const files = [];
    for await (const file of bench.store.walkUploads()) files.push(file);
    const sessions = await bench.database.query('SELECT id FROM upload_session');
    expect(files).toHaveLength(sessions.length);
  });

  it('by losing power, the upload is not believed to be whole, and the client begins anew', async () => {
    const bytes = randomBytes(1_000);
    for (const goOn of [
      (id: string) => uploads.finish(target(), id, digestOf(bytes)),
      (id: string) => uploads.append(target(), id, body(bytes)),
    ]) {
      const id = await received(bytes);
      await bench.store.cutPower();
      await expect(goOn(id)).rejects.toMatchObject({ code: 'BLOB_UPLOAD_UNKNOWN' });
      await expect(uploads.receivedBytes(target(), id)).rejects.toMatchObject({ code: 'BLOB_UPLOAD_UNKNOWN' });
    }
    expect(await rows(digestOf(bytes))).toEqual([]);
  });
});

describe('a client that goes away', () => {
  it('leaves what it sent', async () => {
    const bytes = randomBytes(1_000);
    const id = uploads.start(target());
    const broken = (async function* () {
      yield bytes.subarray(0, 400);
      throw new Error('aborted');
    })();
    await expect(uploads.append(target(), id, { stream: broken })).rejects.toThrow('aborted');
    expect(await uploads.receivedBytes(target(), id)).toBe(400);
    await uploads.append(target(), id, { ...body(bytes.subarray(400)), range: { start: 400, end: 999 } });
    await uploads.finish(target(), id, digestOf(bytes));
  });
});

describe('a writer that died', () => {
  it('gives way after half a minute', async () => {
    const id = await received(Buffer.from('first '));
    await bench.database.query(
      'UPDATE upload_session SET writer = gen_random_uuid(), writer_time = now() WHERE id = $1',
      [id],
    );
    await expect(uploads.append(target(), id, body(Buffer.from('x')))).rejects.toMatchObject({ code: 'CONFLICT' });
    await bench.database.query(`UPDATE upload_session SET writer_time = now() - interval '31 seconds' WHERE id = $1`, [
      id,
    ]);
    expect(await uploads.append(target(), id, body(Buffer.from('second')))).toBe(12);
    await uploads.finish(target(), id, digestOf(Buffer.from('first second')));
  });
});

describe('a repository that is deleted under an upload', () => {
  it('is made again, or keeps the blob: never a failure', async () => {
    const deletions = bench.app.get(ArtifactDeletionService, { strict: false });
    const actor = { name: 'admin', address: '', userAgent: '' };
    const going = { projectId: bench.projectId, repository: 'bench/going' };
    for (let round = 0; round < 20; round++) {
      const blobs = Array.from({ length: 4 }, () => randomBytes(10));
      const [deletion] = await Promise.all([
        deletions.deleteRepository(going.repository, actor).catch((error: { code: string }) => error.code),
        ...blobs.map((bytes) => uploads.upload(going, digestOf(bytes), body(bytes))),
      ]);
      expect([undefined, 'NAME_UNKNOWN']).toContain(deletion);
    }
    const last = randomBytes(10);
    await uploads.upload(going, digestOf(last), body(last));
    expect(await bench.database.query(`SELECT name FROM repository WHERE name = 'bench/going'`)).toHaveLength(1);
  });
});
