import { sign } from 'node:crypto';
import fc from 'fast-check';
import { digestOf, type SignatureVerdict } from '@breakwater/kernel';
import {
  type CosignLayer,
  cosignBundle,
  cosignManifest,
  cosignPayload,
  makeKeyPair,
  purposes,
  type TestCertificate,
  TestSigstore,
  toPem,
} from '@breakwater/testing/signing';
import { parseCosignKey } from './cosign-key';
import real from './real-signatures.fixture.json';
import { parseSigstoreRoot } from './sigstore-root';
import { type CosignTrust } from './verify-content';
import { verifyCosign } from './verify-cosign';

const image = Buffer.from('{"schemaVersion":2}');
const subject = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(image),
  size: image.length,
};
const other = makeKeyPair('p256');
const pemOf = (key: { publicKey: { export: (options: { type: 'spki'; format: 'pem' }) => string | Buffer } }) =>
  String(key.publicKey.export({ type: 'spki', format: 'pem' }));
const trustingKey = (pem: string): CosignTrust => ({ keys: [parseCosignKey('release', pem)], identities: [] });

describe('what real clients signed', () => {
  type Case = (typeof real)[number];
  const verify = async ({ subject: about, manifest, blobs }: Case, trust: CosignTrust, flip?: [string, number]) => {
    const content = Buffer.from(manifest, 'base64');
    const readBlob = ({ digest }: { digest: string }) => {
      const bytes = Buffer.from((blobs as Record<string, string | undefined>)[digest] ?? '', 'base64');
      if (flip?.[0] === 'blob') bytes[flip[1] % bytes.length]! ^= 1;
      return Promise.resolve(bytes);
    };
    const digest = digestOf(content);
    if (flip?.[0] === 'manifest') content[flip[1] % content.length]! ^= 1;
    const [verdict] = await verifyCosign({ subject: about, manifest: { digest, content }, readBlob }, trust);
    return verdict!;
  };
  const signatures = real.filter(({ name }) => !name.includes('attestation'));

  it('is there in every form', () => expect(signatures).toHaveLength(10));

  it.each(signatures.map((each) => [each.name, each] as const))('%s is valid with its key only', async (_, each) => {
    expect(await verify(each, trustingKey(each.key))).toMatchObject({
      status: 'valid',
      reasons: [],
      trustedBy: ['release'],
      // cosign 2.6 leaves annotations out of its bundles.
      claims: each.name.includes('2.6.4, bundle') ? {} : { build: '42' },
    });
    expect(await verify(each, trustingKey(pemOf(other)))).toMatchObject({ status: 'untrusted', trustedBy: [] });
    expect(await verify({ ...each, subject }, trustingKey(each.key))).toMatchObject({ status: 'invalid' });
  });

  it.each(signatures.map((each) => [each.name, each] as const))('%s has no byte that may change', async (_, each) => {
    const trust = trustingKey(each.key);
    for (let position = 0; position < 1200; position += 7) {
      for (const part of ['blob', 'manifest']) {
        expect([part, position, (await verify(each, trust, [part, position])).status]).toEqual([
          part,
          position,
          'invalid',
        ]);
      }
    }
  });

  // Here the manifest goes along with the change, as an attacker who pushes would have it.
  it('says nothing else and throws nothing when bytes of a bundle are replaced', async () => {
    const each = real.find(({ name }) => name === 'cosign 3.1.2, bundle, p256')!;
    const [digest = '', text = ''] = Object.entries(each.blobs)[0] ?? [];
    const bundle = Buffer.from(text, 'base64');
    const edit = fc.record({ at: fc.nat(bundle.length), remove: fc.nat(30), insert: fc.string({ maxLength: 30 }) });
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, remove, insert }) => {
        const bytes = Buffer.concat([bundle.subarray(0, at), Buffer.from(insert), bundle.subarray(at + remove)]);
        const manifest = Buffer.from(each.manifest, 'base64').toString().replace(digest, digestOf(bytes));
        const verdict = await verify(
          {
            ...each,
            manifest: Buffer.from(manifest).toString('base64'),
            blobs: { [digestOf(bytes)]: bytes.toString('base64') },
          } as unknown as Case,
          trustingKey(each.key),
        );
        // What nobody signed may change: white space, the hint, unknown members.
        if (verdict.status === 'valid') expect(verdict.claims).toEqual({ build: '42' });
      }),
      { numRuns: 500 },
    );
  });

  it('is no signature when it is an attestation', async () => {
    const [bundle, tag] = real.filter(({ name }) => name.includes('attestation'));
    expect(await verify(bundle!, trustingKey(bundle!.key))).toMatchObject({
      status: 'not-a-signature',
      reasons: [expect.stringContaining('an attestation (https://cosign.sigstore.dev/attestation/v1)')],
      trustedBy: [],
    });
    expect(await verify(tag!, trustingKey(tag!.key))).toMatchObject({ status: 'not-a-signature', trustedBy: [] });
  });
});

function layer(key: TestCertificate | typeof other, annotations: Record<string, string> = {}, optional: object = {}) {
  const payload = cosignPayload(subject, optional);
  const signature = sign('sha256', payload, key.privateKey);
  return {
    payload,
    annotations: { 'dev.cosignproject.cosign/signature': signature.toString('base64'), ...annotations },
  };
}

function verdictsOn(layers: CosignLayer[], trust: CosignTrust, about = subject): Promise<SignatureVerdict[]> {
  const blobs = new Map(layers.map(({ payload }) => [digestOf(payload), payload]));
  const readBlob = ({ digest }: { digest: string }) => Promise.resolve(blobs.get(digest)!);
  return verifyCosign({ subject: about, manifest: cosignManifest(layers), readBlob }, trust);
}

describe('a tag with signatures', () => {
  const key = makeKeyPair('p256');
  const trust = trustingKey(pemOf(key));

  it('gives a verdict for each', async () => {
    const verdicts = await verdictsOn([layer(key), layer(other, {}, { a: 'b' })], trust);
    expect(verdicts.map(({ status }) => status)).toEqual(['valid', 'untrusted']);
  });

  it('may be asked for what must be stated', async () => {
    const asking = { ...trust, requiredClaims: { build: '42' } };
    expect((await verdictsOn([layer(key, {}, { build: '42' })], asking))[0]?.status).toBe('valid');
    expect((await verdictsOn([layer(key)], asking))[0]).toMatchObject({
      status: 'invalid',
      reasons: ['the signature does not state build=42'],
    });
  });

  it.each<[string, Buffer, RegExp]>([
    [
      'about something else',
      cosignPayload({ ...subject, digest: digestOf(Buffer.from('x')) }),
      /the signature is about sha256:/,
    ],
    [
      'of another type',
      Buffer.from(cosignPayload(subject).toString().replace('cosign container image signature', 'x')),
      /of the type "x"/,
    ],
    ['that is junk', Buffer.from('{'), /malformed/],
  ])('has no valid one %s', async (_, payload, reason) => {
    const signature = sign('sha256', payload, key.privateKey).toString('base64');
    const [verdict] = await verdictsOn(
      [{ payload, annotations: { 'dev.cosignproject.cosign/signature': signature } }],
      trust,
    );
    expect(verdict).toMatchObject({ status: 'invalid', reasons: [expect.stringMatching(reason)] });
  });

  it('has no valid one without a log entry when the settings ask for it', async () => {
    const strict = { ...trust, keySignatures: { transparencyLog: true } };
    expect((await verdictsOn([layer(key)], strict))[0]).toMatchObject({
      status: 'invalid',
      reasons: ['no trusted root is set'],
    });
    const sigstore = new TestSigstore();
    const root = parseSigstoreRoot(sigstore.trustedRoot);
    expect((await verdictsOn([layer(key)], { ...strict, root }))[0]).toMatchObject({
      status: 'invalid',
      reasons: ['expected 1 tlog entries, got 0'],
    });
  });
});

describe('a keyless signature', () => {
  const sigstore = new TestSigstore();
  const issuer = 'https://token.example.com';
  const account = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main';
  const signer = sigstore.certify(account, issuer);
  const trusting = (identity: object = {}, more: Partial<CosignTrust> = {}): CosignTrust => ({
    keys: [],
    identities: [{ name: 'release flow', issuer, subject: account, match: 'exact', ...identity }],
    root: parseSigstoreRoot(sigstore.trustedRoot),
    keylessSignatures: { certificateLog: false },
    ...more,
  });
  const keyless = (certificate = signer, options: { at?: Date; log?: TestSigstore; stamp?: boolean } = {}) => {
    const plain = layer(certificate);
    const signature = Buffer.from(plain.annotations['dev.cosignproject.cosign/signature'], 'base64');
    const { log = sigstore, at, stamp } = options;
    Object.assign(plain.annotations, {
      'dev.sigstore.cosign/certificate': toPem(certificate.der),
      ...(stamp
        ? {
            'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({
              SignedRFC3161Timestamp: log.stamp(signature).toString('base64'),
            }),
          }
        : { 'dev.sigstore.cosign/bundle': log.logAnnotation(plain.payload, signature, certificate, at) }),
    });
    return plain;
  };
  const verdict = async (plain: CosignLayer, trust = trusting()) => (await verdictsOn([plain], trust))[0]!;

  it('is valid with its authority, its log and its identity', async () => {
    const result = await verdict(keyless());
    expect(result).toMatchObject({
      status: 'valid',
      reasons: [],
      trustedBy: ['release flow'],
      signer: { identity: account, issuer },
      signedAt: { source: 'transparency-log' },
    });
    expect(result.checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'subject passed',
      'timestamp passed',
      'certificate passed',
      'transparencyLog passed',
      'signature passed',
      'identity passed',
      'claims passed',
    ]);
  });

  it('may take its time from an authority where there is no log', async () => {
    const trust = trusting({}, { keylessSignatures: { certificateLog: false, transparencyLog: false } });
    expect(await verdict(keyless(signer, { stamp: true }), trust)).toMatchObject({
      status: 'valid',
      signedAt: { source: 'timestamp-authority' },
    });
    expect((await verdict(keyless(signer, { stamp: true }))).status).toBe('invalid');
    expect((await verdict(keyless(signer, { stamp: true, log: new TestSigstore() }), trust)).status).toBe('invalid');
  });

  it.each<[string, object, string]>([
    ['the account', {}, 'valid'],
    [
      'a pattern',
      { subject: 'https://github.com/acme/*/.github/workflows/release.yml@refs/heads/main', match: 'glob' },
      'valid',
    ],
    ['part of the account', { subject: 'https://github.com/acme/app' }, 'untrusted'],
    ['a regular expression', { subject: '.*' }, 'untrusted'],
    ['a pattern for part of it', { subject: 'https://github.com/acme/*', match: 'glob' }, 'untrusted'],
    ['an empty pattern', { subject: '', match: 'glob' }, 'untrusted'],
    ['another provider', { issuer: 'https://token.example.com.evil' }, 'untrusted'],
  ])('is compared with the whole identity: %s', async (_, identity, status) => {
    expect((await verdict(keyless(), trusting(identity))).status).toBe(status);
  });

  it('is not compared as a regular expression', async () => {
    const near = sigstore.certify(account.replaceAll('.', 'x'), issuer);
    expect((await verdict(keyless(near))).status).toBe('untrusted');
  });

  it.each<[string, () => CosignLayer, Partial<CosignTrust>, string, RegExp]>([
    [
      'of another authority',
      () => keyless(new TestSigstore().certify(account, issuer)),
      {},
      'untrusted',
      /certificate chain/,
    ],
    ['in another log', () => keyless(signer, { log: new TestSigstore() }), {}, 'invalid', /inclusion promise/],
    [
      'made after its certificate ran out',
      () => keyless(signer, { at: new Date(Date.now() + 400 * 86_400_000) }),
      {},
      'untrusted',
      /certificate chain/,
    ],
    [
      'not for code',
      () => keyless(sigstore.certify(account, issuer, { extendedKeyUsage: { purposes: [purposes.serverAuth] } })),
      {},
      'untrusted',
      /not for code signing/,
    ],
    ['without a certificate log', () => keyless(), { keylessSignatures: {} }, 'untrusted', /expected 1 SCTs, got 0/],
    ['without a trusted root', () => keyless(), { root: undefined }, 'untrusted', /no trusted root/],
    [
      'with the entry of another signature',
      () => ({
        ...keyless(),
        annotations: {
          ...keyless().annotations,
          'dev.cosignproject.cosign/signature': keyless().annotations['dev.cosignproject.cosign/signature'],
        },
      }),
      {},
      'invalid',
      /mismatch/,
    ],
  ])('is refused %s', async (...[, make, more, status, reason]) => {
    const trust = { ...trusting({}, more) };
    expect(await verdict(make(), trust)).toMatchObject({ status, reasons: [expect.stringMatching(reason)] });
  });

  it('is refused with malformed annotations, and nothing else is thrown', async () => {
    for (const name of ['signature', 'certificate', 'bundle'] as const) {
      for (const value of [
        'junk',
        '{}',
        '%%%%',
        '{"SignedEntryTimestamp":"AA==","Payload":{"body":"e30=","integratedTime":1,"logIndex":1,"logID":"00"}}',
      ]) {
        const key = name === 'signature' ? 'dev.cosignproject.cosign/signature' : `dev.sigstore.cosign/${name}`;
        const plain = keyless();
        const result = await verdict({ ...plain, annotations: { ...plain.annotations, [key]: value } });
        expect([name, value, result.status]).toEqual([name, value, 'invalid']);
      }
    }
  });

  it('comes in bundles as well', async () => {
    const trust = trusting({}, { keylessSignatures: { certificateLog: false, transparencyLog: false } });
    const bundled = async (bytes: Buffer) => {
      const content = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: subject.mediaType,
          artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
          config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(Buffer.from('{}')), size: 2 },
          layers: [
            { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', digest: digestOf(bytes), size: bytes.length },
          ],
          subject,
        }),
      );
      const manifest = { digest: digestOf(content), content };
      return (await verifyCosign({ subject, manifest, readBlob: () => Promise.resolve(bytes) }, trust))[0]!;
    };
    const stamp = (signature: Buffer) => sigstore.stamp(signature);
    expect(await bundled(cosignBundle(subject, signer, { certificate: signer, stamp }))).toMatchObject({
      status: 'valid',
      trustedBy: ['release flow'],
    });
    expect((await bundled(cosignBundle(subject, other, { certificate: signer, stamp }))).status).toBe('invalid');
    expect((await bundled(cosignBundle(subject, signer, { certificate: signer }))).status).toBe('invalid');
    const attested = cosignBundle(subject, signer, {
      certificate: signer,
      stamp,
      predicateType: 'https://slsa.dev/provenance/v1',
    });
    expect((await bundled(attested)).status).toBe('not-a-signature');
    expect((await bundled(Buffer.from('{}'))).status).toBe('invalid');
  });
});
