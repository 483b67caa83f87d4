import { Outbox } from '@breakwater/events';
import { AppError, digestOf, mediaTypes } from '@breakwater/kernel';
import { fakeJobContext } from '@breakwater/testing';
import {
  cosignBundle,
  makeCertificate,
  makeKeyPair,
  makeRoot,
  notationManifest,
  signWithNotation,
  toPem,
  type NotationRequest,
} from '@breakwater/testing/signing';
import { Database } from '@breakwater/platform';
import { SignaturesBench, type Pushed } from '../testing/signatures-bench.suite';
import { SignatureRounds } from './signature-rounds';
import { SignatureVerification } from './signature-verification';

let bench: SignaturesBench;
const release = makeKeyPair('p256');
const stranger = makeKeyPair('p256');
const pem = String(release.publicKey.export({ type: 'spki', format: 'pem' }));
const root = makeRoot('C=US, ST=WA, O=acme, CN=acme root');
const leaf = makeCertificate({ subject: 'C=US, ST=WA, O=acme, CN=builder', issuer: root });
const strangersRoot = makeRoot('C=US, ST=WA, O=other, CN=other root');
const strangersLeaf = makeCertificate({ subject: 'C=US, ST=WA, O=other, CN=builder', issuer: strangersRoot });

beforeAll(async () => {
  bench = await SignaturesBench.start();
  await bench.trust('cosignKey', 'release', pem);
  await bench.trust('ca', 'acme', toPem(root.der));
}, 60_000);
afterAll(() => bench.close());

let count = 0;
const image = (): Promise<Pushed> => bench.pushImage(`image ${++count}`);
const empty = Buffer.from('{}');

async function signNotation(
  subject: Pushed,
  request: Partial<NotationRequest> = {},
  change: (envelope: Buffer) => Buffer = (envelope) => envelope,
): Promise<Pushed> {
  const signed = { subject, chain: [leaf, root], ...request };
  const { mediaType, envelope } = signWithNotation(signed);
  const changed = change(envelope);
  const { content } = notationManifest({ mediaType, envelope: changed }, subject, signed.chain);
  return bench.push(content, [empty, changed]);
}

async function pushBundle(subject: Pushed, options: Parameters<typeof cosignBundle>[2] = {}): Promise<Pushed> {
  const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const bundle = cosignBundle(subject, release, options);
  const { mediaType, digest, size } = subject;
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType: type,
    config: { mediaType: mediaTypes.ociEmpty, digest: digestOf(empty), size: 2 },
    layers: [{ mediaType: type, digest: digestOf(bundle), size: bundle.length }],
    subject: { mediaType, digest, size },
  };
  return bench.push(Buffer.from(JSON.stringify(content)), [empty, bundle]);
}

const verdicts = async ({ digest }: Pushed) =>
  (await bench.view(digest)).signatures.map(({ verdict }) => verdict?.status ?? 'none');

describe('a signature that is pushed', () => {
  const soon = new Date(Date.now() - 60_000);
  const long = { notBefore: new Date(Date.now() - 7_200_000), notAfter: soon };

  it.each<[string, (subject: Pushed) => Promise<unknown>, string, string[]]>([
    ['by a trusted key', (subject) => bench.pushCosign(subject, [release.privateKey]), 'signed', ['valid']],
    ['by a trusted key, as a bundle', (subject) => pushBundle(subject), 'signed', ['valid']],
    ['by a certificate of a trusted authority', (subject) => signNotation(subject), 'signed', ['valid']],
    ['in COSE', (subject) => signNotation(subject, { format: 'cose' }), 'signed', ['valid']],
    ['by another key', (subject) => bench.pushCosign(subject, [stranger.privateKey]), 'unsigned', ['untrusted']],
    [
      'by another authority',
      (subject) => signNotation(subject, { chain: [strangersLeaf, strangersRoot] }),
      'unsigned',
      ['untrusted'],
    ],
    [
      'with two keys, one of them trusted',
      (subject) => bench.pushCosign(subject, [stranger.privateKey, release.privateKey]),
      'signed',
      ['untrusted', 'valid'],
    ],
    [
      'that was tampered with',
      (subject) =>
        signNotation(subject, {}, (envelope) =>
          Buffer.from(envelope.toString().replace(/"signature":"./, '"signature":"_')),
        ),
      'invalid',
      ['invalid'],
    ],
    [
      'of another image',
      async (subject) => {
        const other = await image();
        const { envelope, mediaType } = signWithNotation({ subject: other, chain: [leaf, root] });
        await bench.push(notationManifest({ mediaType, envelope }, subject, [leaf, root]).content, [empty, envelope]);
      },
      'invalid',
      ['invalid'],
    ],
    [
      'by a certificate that has expired',
      (subject) => {
        const expired = makeCertificate({ subject: 'C=US, ST=WA, O=acme, CN=old', issuer: root, ...long });
        return signNotation(subject, { chain: [expired, root] });
      },
      'expired',
      ['expired'],
    ],
    [
      'whose signer wanted it to be used no longer',
      (subject) => signNotation(subject, { signingTime: long.notBefore, expiry: soon }),
      'expired',
      ['expired'],
    ],
    [
      'that is an attestation',
      (subject) => pushBundle(subject, { predicateType: 'https://slsa.dev/provenance/v1' }),
      'unsigned',
      ['not-a-signature'],
    ],
  ])('%s', async (_what, push, status, expected) => {
    const subject = await image();
    await bench.settle();
    await bench.changes();
    await push(subject);
    expect(await bench.status(subject.digest)).toBe('stale');
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe(status);
    expect(await verdicts(subject)).toEqual(expected);
    expect(await bench.changes()).toEqual(status === 'unsigned' ? [] : [`${subject.digest} ${status}`]);
  });

  it('tells who signed, with what, and why it counts', async () => {
    const subject = await image();
    const signature = await signNotation(subject, { claims: { build: '7', 'n\0l': '\ud800' } });
    await bench.settle();
    const { signatures, policy, reasons } = await bench.view(subject.digest);
    expect(reasons).toEqual([]);
    expect(signatures).toMatchObject([
      {
        of: subject.digest,
        digest: signature.digest,
        system: 'notation',
        standing: 'valid',
        policyVersion: policy.version,
        due: false,
        verdict: {
          signer: { identity: 'C=US, ST=WA, O=acme, CN=builder', chain: [{}, {}] },
          trustedBy: ['ca:acme'],
          claims: { build: '7', 'n\ufffdl': '\ufffd' },
        },
      },
    ]);
  });

  it('counts in its repository alone', async () => {
    const subject = await image();
    await bench.pushImage(`image ${count}`, { repository: 'bench/other' });
    await bench.pushCosign(subject, [release.privateKey], { repository: 'bench/other' });
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('unsigned');
    expect(
      await bench.query(
        `SELECT 1 FROM signature_state t JOIN repository r ON r.id = t.repository_id
       WHERE t.digest = $1 AND r.name = 'bench/other' AND t.status = 'signed'`,
        [subject.digest],
      ),
    ).toHaveLength(1);
  });

  it('may come before what it signs', async () => {
    const config = Buffer.from(`{"os":"linux","name":"image ${count + 1}"}`);
    const descriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
    const content = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptor, layers: [] }),
    );
    const later = {
      mediaType: mediaTypes.ociManifest,
      digest: digestOf(content),
      size: content.length,
      blobs: [config],
    };
    await signNotation(later);
    await bench.settle();
    const subject = await image();
    expect(subject.digest).toBe(later.digest);
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('signed');
  });
});

describe('signatures that go', () => {
  it('leave an artifact unsigned, and sign it again when they are back', async () => {
    const subject = await image();
    const [first, second] = [await bench.pushCosign(subject, [release.privateKey]), await signNotation(subject)];
    await bench.settle();
    await bench.delete(first.digest);
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('signed');
    await bench.changes();

    await bench.delete(second.digest);
    // At once, whenever the job runs.
    expect(await bench.status(subject.digest)).toBe('unsigned');
    await bench.settle();
    expect(await bench.changes()).toEqual([`${subject.digest} unsigned`]);
    expect(await bench.query('SELECT 1 FROM signature WHERE subject_digest = $1', [subject.digest])).toEqual([]);

    await bench.restore(second.digest);
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('signed');
    expect(await bench.changes()).toEqual([`${subject.digest} signed`]);
  });

  it('go with what they sign, and come back with it', async () => {
    const subject = await image();
    await signNotation(subject);
    await bench.settle();
    await bench.delete(subject.digest);
    await bench.settle();
    expect(await bench.query('SELECT 1 FROM signature_state WHERE digest = $1', [subject.digest])).toEqual([]);
    await bench.changes();
    await bench.restore(subject.digest);
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('signed');
    expect(await bench.changes()).toEqual([`${subject.digest} signed`]);
  });
});

describe('an index', () => {
  it('signs what it lists, until it is gone', async () => {
    const [amd64, arm64] = [await image(), await image()];
    const index = await bench.pushIndex([amd64, arm64]);
    const bad = await bench.pushIndex([amd64]);
    await bench.pushCosign(bad, [release.privateKey], { payload: Buffer.from('{}') });
    await bench.settle();
    expect(await bench.status(amd64.digest)).toBe('unsigned');
    await bench.changes();

    await bench.pushCosign(index, [release.privateKey]);
    await bench.settle();
    const expected = [amd64, arm64, index].map(({ digest }) => `${digest} signed`).sort();
    expect(await bench.changes()).toEqual(expected);
    expect((await bench.view(amd64.digest)).inheritedFrom).toEqual([index.digest]);
    expect((await bench.view(bad.digest)).status).toBe('invalid');

    await bench.delete(index.digest);
    await bench.settle();
    expect(await bench.changes()).toEqual([amd64, arm64].map(({ digest }) => `${digest} unsigned`).sort());
  });

  it('is not signed by what it lists', async () => {
    const child = await image();
    const index = await bench.pushIndex([child]);
    await bench.pushCosign(child, [release.privateKey]);
    await bench.settle();
    expect([await bench.status(child.digest), await bench.status(index.digest)]).toEqual(['signed', 'unsigned']);
  });
});

describe("Notary's names", () => {
  const long = 'registry.example.com/bench/app';

  it('sign tags and digests, and contest them when they disagree', async () => {
    const [first, second] = [await bench.pushImage('first', { tag: 'n1' }), await image()];
    await signNotation(first);
    await bench.settle();
    await bench.changes();
    await bench.publish(long, { targets: [{ tag: 'n1', digest: first.digest }] });
    expect(await bench.status(first.digest, 'n1')).toBe('signed');
    await bench.publish('bench/app', { targets: [{ tag: 'n1', digest: second.digest }] });
    expect(await bench.status(first.digest, 'n1')).toBe('invalid');
    expect(await bench.status(second.digest)).toBe('invalid');
    expect((await bench.view(first.digest)).reasons).toMatchObject([{ code: 'signature.disagreement' }]);
    const { tags, notary } = await bench.view(first.digest);
    expect(tags).toMatchObject([{ name: 'n1', status: 'invalid' }]);
    expect(notary).toMatchObject([
      { gun: 'bench/app', sha256: second.digest.slice(7), counts: true, expired: false },
      { gun: long, sha256: first.digest.slice(7), counts: true, expired: false },
    ]);

    const [{ id }] = (await bench.query<{ id: number }>(`SELECT id FROM repository WHERE name = 'bench/app'`)) as [
      { id: number },
    ];
    await bench.run({ projectId: bench.projectId, repositoryId: id, digests: null });
    expect(await bench.changes()).toEqual([`${first.digest} invalid`, `${second.digest} invalid`].sort());

    // Of two roots only one is believed.
    await bench.publish('bench/app', { targets: [{ tag: 'n1', digest: second.digest }] }, ['f'.repeat(64)]);
    await bench.publish(long, { targets: [{ tag: 'n1', digest: first.digest }] }, ['a'.repeat(64)]);
    await bench.setPolicy({ notary: { root_key_ids: ['a'.repeat(64)] } });
    await bench.settle();
    expect(await bench.status(first.digest, 'n1')).toBe('signed');
    expect(await bench.changes()).toEqual([`${first.digest} signed`, `${second.digest} unsigned`].sort());
    await bench.query('DELETE FROM trust_repository');
    await bench.setPolicy({});
    await bench.settle();
  });

  it('are heard of, before the image and after it', async () => {
    const first = await bench.pushImage('published first');
    await bench.delete(first.digest);
    await bench.settle();
    await bench.changes();
    await bench.publish(long, { targets: [{ tag: 'n3', digest: first.digest }] });
    await bench.pushImage('published first', { tag: 'n3' });
    await bench.settle();
    expect(await bench.changes()).toEqual([`${first.digest} signed`]);
    await bench.query('DELETE FROM trust_repository');
    const payload = { gun: long, repository: 'bench/app' };
    await bench.get(Outbox).add({ topic: 'trust-data.changed', key: 'bench/app', payload });
    await bench
      .get(Outbox)
      .add({ topic: 'trust-data.changed', key: 'x', payload: { gun: 'x', repository: 'bench/none' } });
    await bench.settle();
    expect(await bench.changes()).toEqual([`${first.digest} unsigned`]);
  });

  it('tell of a tag that was replaced, whoever else signed its new image', async () => {
    const [signed, replaced] = [await bench.pushImage('signed', { tag: 'n2' }), await image()];
    await bench.publish(long, { targets: [{ tag: 'n2', digest: signed.digest }] });
    await bench.pushCosign(replaced, [release.privateKey]);
    await bench.settle();
    expect(await bench.status(replaced.digest)).toBe('signed');
    expect(await bench.status(replaced.digest, 'n2')).toBe('invalid');
    await bench.query('DELETE FROM trust_repository');
  });
});

describe('a policy that changes', () => {
  it('makes verdicts stale at once, and has them made again', async () => {
    const subjects = [await image(), await image(), await image()];
    for (const subject of subjects) await bench.pushCosign(subject, [stranger.privateKey]);
    await bench.settle();
    await bench.changes();
    const statuses = () => Promise.all(subjects.map(({ digest }) => bench.status(digest)));
    expect(await statuses()).toEqual(['unsigned', 'unsigned', 'unsigned']);
    await bench.trust('cosignKey', 'stranger', String(stranger.publicKey.export({ type: 'spki', format: 'pem' })));
    expect(await statuses()).toEqual(['stale', 'stale', 'stale']);
    expect(await bench.settle()).toBeGreaterThan(1);
    expect(await statuses()).toEqual(['signed', 'signed', 'signed']);
    expect(await bench.changes()).toEqual(expect.arrayContaining(subjects.map(({ digest }) => `${digest} signed`)));
    // Nothing changes for others.
    await bench.setPolicy({ systems: ['cosign'] });
    await bench.settle();
    await bench.changes();
    await bench.setPolicy({ systems: ['cosign'], pull: 'block' });
    await bench.settle();
    expect(await bench.changes()).toEqual([]);
    await bench.setPolicy({});
    await bench.settle();
  });

  it('asks for every signer', async () => {
    const subject = await image();
    await bench.pushCosign(subject, [release.privateKey]);
    const signer = { system: 'cosign' as const };
    await bench.setPolicy({
      signers: [
        { ...signer, name: 'developer', trusted_by: ['release'] },
        { ...signer, name: 'tester', trusted_by: ['stranger'] },
      ],
    });
    await bench.settle();
    expect(await bench.view(subject.digest)).toMatchObject({ status: 'unsigned', missingSigners: ['tester'] });
    await bench.pushCosign(subject, [release.privateKey, stranger.privateKey]);
    await bench.settle();
    expect(await bench.view(subject.digest)).toMatchObject({ status: 'signed', missingSigners: [] });
    await bench.setPolicy({});
    await bench.settle();
  });
});

describe('a run', () => {
  const everything = async () => {
    const [row] = await bench.query<{ id: number }>(`SELECT id FROM repository WHERE name = 'bench/app'`);
    return { projectId: bench.projectId, repositoryId: row!.id, digests: null };
  };
  const forgetVerdicts = () => bench.query('DELETE FROM signature');
  const left = async () => {
    const [row] = await bench.query<{ count: number }>(
      `SELECT count(DISTINCT s.subject_digest)::int AS count FROM signature s JOIN repository r ON r.id = s.repository_id
       WHERE r.name = 'bench/app'`,
    );
    return row!.count;
  };

  it('goes on where it was cut off', async () => {
    const all = await left();
    await forgetVerdicts();
    const abort = new AbortController();
    const context = fakeJobContext({ signal: abort.signal }, bench.app.get(Database));
    const advance = context.advance.bind(context);
    context.advance = async (...given) => {
      await advance(...given);
      if (context.checkpoints.length === 3) abort.abort();
    };
    const verification = bench.get(SignatureVerification);
    await expect(verification.run(await everything(), context)).rejects.toThrow('aborted');
    expect(await left()).toBe(3);
    const again = fakeJobContext({ checkpoint: context.checkpoints.at(-1) }, bench.app.get(Database));
    await verification.run(await everything(), again);
    expect(again.checkpoints.filter((one) => (one as { step: string }).step === 'verify')).toHaveLength(all - 3);
    expect(await left()).toBe(all);
  });

  it('gives no verdict while the storage is away, and one when bytes are lost', async () => {
    const subject = await image();
    const signature = await signNotation(subject);
    await bench.hear();
    const broken = jest.spyOn(bench.keeper, 'read').mockRejectedValue(new AppError('UNAVAILABLE', 'away'));
    const payload = { ...(await everything()), digests: [subject.digest] };
    await expect(bench.run(payload)).rejects.toThrow('away');
    expect(await bench.status(subject.digest)).toBe('stale');
    broken.mockRejectedValue(new AppError('BLOB_UNKNOWN', 'no such blob'));
    await bench.run(payload);
    expect(await bench.status(subject.digest)).toBe('invalid');
    broken.mockRestore();
    await bench.run(payload);
    expect(await bench.status(subject.digest)).toBe('signed');
    await bench.delete(signature.digest);
    await bench.settle();
  });

  it('has an end, however many signatures somebody attached', async () => {
    const subject = await image();
    await bench.pushCosign(subject, [release.privateKey]);
    for (let number = 0; number < 201; number++) {
      const { content } = notationManifest(
        { mediaType: 'application/cose', envelope: Buffer.from([number]) },
        subject,
        [],
      );
      await bench.push(content, [empty, Buffer.from([number])]);
    }
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('signed');
    const beyond = await bench.query(
      `SELECT 1 FROM signature WHERE subject_digest = $1 AND verdict -> 'reasons' ->> 0 LIKE '%more than 200 signatures%'`,
      [subject.digest],
    );
    expect(beyond).toHaveLength(2);
  }, 60_000);
});

describe('rounds', () => {
  const rounds = () => bench.get(SignatureRounds);

  it('find what time has changed, once', async () => {
    const subject = await image();
    await signNotation(subject, { expiry: new Date(Date.now() + 3_600_000) });
    await bench.settle();
    expect(await rounds().run()).toBe(0);
    await bench.query(`UPDATE signature SET recheck_time = now() - interval '1 second' WHERE subject_digest = $1`, [
      subject.digest,
    ]);
    expect(await bench.status(subject.digest)).toBe('stale');
    const now = new Date();
    expect([await rounds().run(now), await rounds().run(now)]).toEqual([1, 0]);
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('signed');
    expect(await rounds().run(now)).toBe(0);
  });

  it('find what nobody told of', async () => {
    const subject = await image();
    await bench.settle();
    await bench.pushCosign(subject, [release.privateKey]);
    await bench.query('DELETE FROM outbox');
    expect(await rounds().run()).toBe(0);
    await bench.query(`UPDATE accessory SET creation_time = now() - interval '1 hour' WHERE subject_digest = $1`, [
      subject.digest,
    ]);
    expect(await rounds().run()).toBe(1);
    await bench.settle();
    expect(await bench.status(subject.digest)).toBe('signed');
  });
});
