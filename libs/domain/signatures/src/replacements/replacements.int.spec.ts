import { TagsService } from '@breakwater/artifacts';
import { makeKeyPair } from '@breakwater/testing/signing';
import { SignaturesBench, type Pushed } from '../testing/signatures-bench.suite';
import { ReplacementRounds } from './replacement-rounds';

let bench: SignaturesBench;
const release = makeKeyPair('p256');

beforeAll(async () => {
  bench = await SignaturesBench.start();
  await bench.trust('cosignKey', 'release', String(release.publicKey.export({ type: 'spki', format: 'pem' })));
}, 60_000);
afterAll(() => bench.close());

let count = 0;
const push = (tag: string): Promise<Pushed> => bench.pushImage(`image ${++count}`, { tag });
const sign = (subject: Pushed) => bench.pushCosign(subject, [release.privateKey]);
async function pushSigned(tag: string): Promise<Pushed> {
  const image = await push(tag);
  await sign(image);
  await bench.settle();
  return image;
}
/** The time that there is to sign is over. */
async function round(): Promise<void> {
  await bench.settle();
  await bench.query(`UPDATE signed_tag_move SET due_time = now() - interval '1 second' WHERE announced_time IS NULL`);
  await Promise.all([bench.get(ReplacementRounds).run(), bench.get(ReplacementRounds).run()]);
}
const told = () =>
  bench.query<{ tag: string; oldDigest: string; newDigest: string; actor: { name: string }; sameTime: boolean }>(
    `WITH told AS (DELETE FROM outbox WHERE topic = 'signed-tag.replaced' RETURNING payload, creation_time)
     SELECT payload ->> 'tag' AS tag, payload ->> 'oldDigest' AS "oldDigest", payload ->> 'newDigest' AS "newDigest",
       payload -> 'actor' AS actor, EXISTS (SELECT FROM tag_history h WHERE h.new_digest = payload ->> 'newDigest'
         AND abs(extract(epoch FROM h.creation_time - told.creation_time)) < 0.01) AS "sameTime" FROM told`,
  );
const replaced = ({ digest }: Pushed, by: Pushed, tag: string) =>
  expect.objectContaining({ tag, oldDigest: digest, newDigest: by.digest, sameTime: true });

it('is told once, when nobody signed what came', async () => {
  const signed = await pushSigned('once');
  const evil = await push('once');
  await bench.settle();
  expect(await bench.get(ReplacementRounds).run()).toBe(0);
  await round();
  expect(await told()).toEqual([replaced(signed, evil, 'once')]);
  await round();
  expect(await told()).toEqual([]);
  // And once more for the next: whoever put it back signed nothing, for it is signed.
  await bench.push(Buffer.from(await manifestOf(signed)), signed.blobs, { tag: 'once' });
  await round();
  expect(await told()).toEqual([]);
  const again = await push('once');
  await round();
  expect(await told()).toEqual([replaced(signed, again, 'once')]);
});

it('is not told of what is signed in time, or was not signed', async () => {
  await pushSigned('signed-after');
  await sign(await push('signed-after'));
  await push('never');
  await push('never');
  await round();
  expect(await told()).toEqual([]);
  expect(await bench.query('SELECT 1 FROM signed_tag_move WHERE announced_time IS NULL')).toEqual([]);
});

it('is told of what Notary signed, unless docker signs the tag again', async () => {
  const [kept, lost] = [await push('kept'), await push('lost')];
  const gun = 'registry.example.com/bench/app';
  const entries = (digest: string) => [
    { tag: 'kept', digest },
    { tag: 'lost', digest: lost.digest },
  ];
  await bench.publish(gun, { targets: entries(kept.digest) });
  const [next, evil] = [await push('kept'), await push('lost')];
  await bench.settle();
  await bench.publish(gun, { targets: entries(next.digest) });
  await round();
  expect(await told()).toEqual([replaced(lost, evil, 'lost')]);
  await bench.query('DELETE FROM trust_repository');
});

it('is told of what was deleted at once', async () => {
  const signed = await pushSigned('hidden');
  const evil = await push('hidden');
  await bench.delete(signed.digest);
  await round();
  expect(await told()).toEqual([replaced(signed, evil, 'hidden')]);
});

it('is told of tags that were moved without a push', async () => {
  const signed = await pushSigned('moved');
  const other = await push('elsewhere');
  await bench.get(TagsService).delete('bench/app', 'elsewhere', { name: 'x', address: '', userAgent: '' });
  await bench.push(Buffer.from(await manifestOf(other)), other.blobs, { tag: 'moved' });
  await round();
  expect(await told()).toEqual([replaced(signed, other, 'moved')]);
});

async function manifestOf({ digest }: Pushed): Promise<Buffer> {
  const [row] = await bench.query<{ payload: Buffer }>('SELECT payload FROM manifest WHERE digest = $1', [digest]);
  return row!.payload;
}
