import { digestOf } from '@breakwater/kernel';
import { blobKey } from '@breakwater/storage';
import { randomBytes } from 'node:crypto';
import { Scrub } from './scrub';
import { GcBench } from './gc.suite';

let bench: GcBench;
beforeEach(async () => {
  bench = await GcBench.start();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bench.close();
});

async function scrub(given = {}) {
  const context = bench.context(given);
  await bench.get(Scrub).run({ bytesPerSecond: 1_000_000 }, context);
  return context;
}

/** As if the disk had changed it. */
function damage(blob: Buffer, outcome: 'corrupt' | 'missing') {
  const verify = bench.keeper.verify.bind(bench.keeper);
  return jest
    .spyOn(bench.keeper, 'verify')
    .mockImplementation(async (key, digest) =>
      digest === digestOf(blob) ? { outcome, size: blob.length } : verify(key, digest),
    );
}

it('reads every blob, and leaves what is whole alone', async () => {
  const blobs = [randomBytes(100), randomBytes(100)];
  await bench.pushImage(blobs, 'v1');
  const before = await Promise.all(blobs.map((blob) => bench.row(blob)));
  const { outcome } = await scrub();
  expect(outcome).toEqual({ blobs_read: 2, bytes_read: 200, corrupt: 0, missing: 0 });
  expect(await Promise.all(blobs.map((blob) => bench.row(blob)))).toEqual(before);
});

it('puts a damaged blob aside, and a push brings it back', async () => {
  const [good, bad] = [randomBytes(100), randomBytes(100)];
  await bench.pushImage([good, bad], 'v1');
  damage(bad, 'corrupt');
  const { outcome, lines } = await scrub();
  expect(outcome).toMatchObject({ corrupt: 1 });
  expect(lines).toContain(`${digestOf(bad)}: corrupt`);
  expect(bench.keeper.quarantined).toEqual([blobKey(digestOf(bad))]);
  expect(await bench.has(digestOf(bad))).toBe(false);
  expect(await bench.has(digestOf(good))).toBe(true);
  await bench.pushBlob(bad);
  expect(await bench.has(digestOf(bad))).toBe(true);
  expect(await bench.stored(bad)).toBe(true);
});

it('takes nothing away when the second look finds the blob whole', async () => {
  const blob = randomBytes(100);
  await bench.pushImage([blob], 'v1');
  jest.spyOn(bench.keeper, 'verify').mockResolvedValueOnce({ outcome: 'corrupt', size: 100 });
  expect(await scrub()).toMatchObject({ outcome: { corrupt: 0 } });
  expect(bench.keeper.quarantined).toEqual([]);
  expect(await bench.row(blob)).toMatchObject({ status: 'none' });
});

it('finds a blob that came back, and relies on it again', async () => {
  const blob = randomBytes(100);
  await bench.pushImage([blob], 'v1');
  damage(blob, 'missing');
  expect(await scrub()).toMatchObject({ outcome: { missing: 1 } });
  expect(await bench.row(blob)).toMatchObject({ status: 'deletefailed' });
  jest.restoreAllMocks();
  await scrub();
  expect(await bench.row(blob)).toMatchObject({ status: 'none' });
});

it('gives up when the storage itself is missing', async () => {
  for (let i = 0; i < 21; i++) await bench.pushBlob(randomBytes(100));
  jest.spyOn(bench.keeper, 'verify').mockResolvedValue({ outcome: 'missing', size: 0 });
  await expect(scrub()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

it('goes on where it was', async () => {
  const blobs = [randomBytes(100), randomBytes(100)];
  for (const blob of blobs) await bench.pushBlob(blob);
  const [first] = await bench.query<{ id: number }>('SELECT min(id)::bigint AS id FROM blob');
  const verify = jest.spyOn(bench.keeper, 'verify');
  const checkpoint = { after: first!.id, blobs: 1, bytes: 100, corrupt: 0, missing: 0 };
  expect(await scrub({ checkpoint })).toMatchObject({ outcome: { blobs_read: 2, bytes_read: 200 } });
  expect(verify).toHaveBeenCalledTimes(1);
});
