import { digestOf, type SignatureVerdict } from '@breakwater/kernel';
import {
  makeCertificate,
  makeCrl,
  makeRoot,
  type NotationRequest,
  notationManifest,
  notationPayload,
  sharedKeyPair,
  signWithNotation,
  TestTimestampAuthority,
  type TestCertificate,
} from '@breakwater/testing/signing';
import { type NotationTrust } from './verify-envelope';
import { parseTrustPolicy } from './policy/trust-policy';
import { parseTrustStoreFile, type TrustStore } from './policy/trust-store';
import { verifyNotation } from './verify-notation';

const HOUR = 3_600_000;
const now = new Date();
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR);
const image = Buffer.from('{"schemaVersion":2}');
const subject = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(image),
  size: image.length,
};
const subjectName = 'C=US, ST=WA, L=Seattle, O=acme, OU=build, CN=builder';

const root = makeRoot('C=US, ST=WA, O=acme, CN=acme root');
const intermediate = makeRoot('C=US, ST=WA, O=acme, CN=acme signing', {
  issuer: root,
  basicConstraints: { ca: true, pathLength: 0 },
});
const leaf = makeCertificate({ subject: subjectName, issuer: intermediate });
const chain = [leaf, intermediate, root];

function store(type: TrustStore['type'], name: string, ...certificates: TestCertificate[]): TrustStore {
  return { type, name, certificates: certificates.flatMap(({ der }) => parseTrustStoreFile(der, type)) };
}

function trusting(
  verification: object = { level: 'strict' },
  statement: { trustStores?: string[]; trustedIdentities?: string[]; stores?: TrustStore[] } = {},
): NotationTrust {
  const { stores = [store('ca', 'acme', root)], trustStores = ['ca:acme'], trustedIdentities = ['*'] } = statement;
  const policy = {
    name: 'acme',
    registryScopes: ['*'],
    signatureVerification: verification,
    trustStores,
    trustedIdentities,
  };
  return { policy: parseTrustPolicy({ version: '1.0', trustPolicies: [policy] }).trustPolicies[0]!, stores };
}

/** Signs, stores and verifies as the registry would. */
async function verdictOn(
  request: Partial<NotationRequest> = {},
  trust = trusting(),
  options: { at?: Date; legacy?: boolean; change?: (envelope: Buffer) => Buffer } = {},
): Promise<SignatureVerdict> {
  const signed = { subject, chain, ...request };
  const { mediaType, envelope } = signWithNotation(signed);
  const changed = options.change?.(envelope) ?? envelope;
  const manifest = notationManifest({ mediaType, envelope: changed }, subject, signed.chain, options);
  return verifyNotation({ subject, manifest, readBlob: () => Promise.resolve(changed) }, trust, options.at ?? now);
}

const outcomes = ({ checks }: SignatureVerdict) =>
  Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));

describe.each(['jws', 'cose'] as const)('a Notation signature in %s', (format) => {
  it('is valid when it is whole and its root is trusted', async () => {
    const expiry = new Date(Math.floor(now.getTime() / 1000) * 1000 + HOUR);
    const verdict = await verdictOn({ format, expiry, claims: { build: '123' } });
    expect(verdict).toMatchObject({
      system: 'notation',
      format,
      status: 'valid',
      reasons: [],
      trustedBy: ['ca:acme'],
      claims: { build: '123' },
      signer: { identity: subjectName, issuer: 'C=US, ST=WA, O=acme, CN=acme signing' },
      signedAt: { source: 'signer' },
      expires: expiry,
      recheckAt: expiry,
    });
    expect(verdict.signer!.thumbprints).toEqual(chain.map(({ der }) => digestOf(der).slice('sha256:'.length)));
    expect(outcomes(verdict)).toEqual({
      integrity: 'passed',
      subject: 'passed',
      claims: 'passed',
      authenticity: 'passed',
      identity: 'passed',
      authenticTimestamp: 'passed',
      expiry: 'passed',
      revocation: 'skipped',
    });
  });

  it('is found in manifests of both specifications', async () => {
    expect((await verdictOn({ format }, trusting(), { legacy: true })).status).toBe('valid');
  });

  it.each(['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384', 'p521'] as const)('may be made with %s', async (kind) => {
    const signer = makeCertificate({ subject: subjectName, issuer: intermediate, keys: sharedKeyPair(kind) });
    expect(await verdictOn({ format, chain: [signer, intermediate, root] })).toMatchObject({
      status: 'valid',
      reasons: [],
    });
  });

  it.each(['rsa1024', 'k256'] as const)('may not be made with %s', async (kind) => {
    const signer = makeCertificate({ subject: subjectName, issuer: intermediate, keys: sharedKeyPair(kind) });
    const verdict = await verdictOn({ format, chain: [signer, intermediate, root] });
    expect(verdict).toMatchObject({ status: 'invalid', reasons: [expect.stringContaining('is not accepted')] });
  });

  it('is refused with another algorithm than its key calls for', async () => {
    const headers = format === 'jws' ? { alg: 'ES384' } : { 1: -35 };
    const verdict = await verdictOn({ format, headers });
    expect(verdict.reasons).toEqual(['the envelope names another algorithm than the ES256 that its key calls for']);
  });

  it('is refused when somebody else made it', async () => {
    const other = { ...leaf, privateKey: sharedKeyPair('p256').privateKey };
    const verdict = await verdictOn({ format, chain: [other, intermediate, root] });
    expect(verdict).toMatchObject({ status: 'invalid', reasons: ['the signature does not match what is signed'] });
  });

  it.each([
    ['another digest', { digest: digestOf(Buffer.from('other')) }, 'the signature is about sha256:'],
    ['another size', { size: 7 }, 'the signature states another media type or size'],
    [
      'another type',
      { mediaType: 'application/vnd.oci.image.index.v1+json' },
      'the signature states another media type',
    ],
  ])('is refused for %s', async (_, change, reason) => {
    const verdict = await verdictOn({ format, payload: notationPayload({ subject: { ...subject, ...change } }) });
    expect(verdict).toMatchObject({ status: 'invalid', reasons: [expect.stringContaining(reason)] });
  });

  it('is untrusted when no store has a certificate of the chain', async () => {
    const verdict = await verdictOn(
      { format },
      trusting(undefined, { stores: [store('ca', 'acme', makeRoot('C=US, O=b, CN=b'))] }),
    );
    expect(verdict).toMatchObject({
      status: 'untrusted',
      trustedBy: [],
      reasons: ['no certificate of the chain is in a trust store of the policy'],
    });
  });

  it('is untrusted when only a store of another type or name has it', async () => {
    for (const other of [store('signingAuthority', 'acme', root), store('ca', 'other', root)]) {
      const verdict = await verdictOn({ format }, trusting(undefined, { stores: [other] }));
      expect(verdict.status).toBe('untrusted');
    }
  });

  it('is trusted by its own certificate when that signed itself', async () => {
    const self = makeCertificate({ subject: subjectName });
    const trust = trusting(undefined, { stores: [store('ca', 'acme', self)] });
    expect((await verdictOn({ format, chain: [self] }, trust)).status).toBe('valid');
  });

  it('expires', async () => {
    const request = { format, signingTime: ago(2), expiry: ago(1) };
    expect((await verdictOn(request)).status).toBe('expired');
    expect(outcomes(await verdictOn(request, trusting({ level: 'permissive' }))).expiry).toBe('logged');
    const overridden = trusting({ level: 'permissive', override: { expiry: 'enforce' } });
    expect((await verdictOn(request, overridden)).status).toBe('expired');
  });

  it('ends with its certificates when nobody stamped the time', async () => {
    const old = makeCertificate({ subject: subjectName, issuer: intermediate, notBefore: ago(9), notAfter: ago(1) });
    const verdict = await verdictOn({ format, chain: [old, intermediate, root] });
    expect(verdict).toMatchObject({
      status: 'expired',
      reasons: [expect.stringMatching(/^the certificate .* expired at/)],
    });
    expect((await verdictOn({ format, chain: [old, intermediate, root] }, trusting(), { at: ago(0.5) })).status).toBe(
      'expired',
    );
    expect((await verdictOn({ format, chain: [old, intermediate, root] }, trusting({ level: 'audit' }))).status).toBe(
      'valid',
    );
  });

  it('of a signing authority is judged by the time that the authority states', async () => {
    const old = makeCertificate({ subject: subjectName, issuer: root, notBefore: ago(9), notAfter: ago(5) });
    const authority = { stores: [store('signingAuthority', 'sa', root)], trustStores: ['signingAuthority:sa'] };
    const request = { format, chain: [old, root], scheme: 'notary.x509.signingAuthority' as const };
    const ancient = makeRoot('C=US, O=sa, CN=sa', { notBefore: ago(20) });
    const signer = makeCertificate({ subject: subjectName, issuer: ancient, notBefore: ago(9), notAfter: ago(5) });
    const trust = trusting(undefined, { ...authority, stores: [store('signingAuthority', 'sa', ancient)] });
    expect(await verdictOn({ ...request, chain: [signer, ancient], signingTime: ago(6) }, trust)).toMatchObject({
      status: 'valid',
      trustedBy: ['signingAuthority:sa'],
      signedAt: { source: 'signing-authority' },
    });
    expect((await verdictOn({ ...request, chain: [signer, ancient], signingTime: ago(4) }, trust)).status).toBe(
      'expired',
    );
    expect((await verdictOn(request, trusting(undefined, { stores: [store('ca', 'acme', root)] }))).status).toBe(
      'untrusted',
    );
  });

  it.each([
    [
      'a critical attribute that is not understood',
      { 'com.example.rule': 'x' },
      ['com.example.rule'],
      'is not understood here',
    ],
    [
      'a verification plugin',
      { 'io.cncf.notary.verificationPlugin': 'com.example' },
      [],
      'asks for the verification plugin',
    ],
    ['an attribute that is critical and missing', {}, ['io.cncf.notary.expiry'], 'which is missing'],
    [
      'an unknown scheme',
      { 'io.cncf.notary.signingScheme': 'notary.magic' },
      [],
      'the signing scheme is missing or unknown',
    ],
    ['no signing time', { 'io.cncf.notary.signingTime': undefined }, [], 'signingTime is missing'],
    ['a time in text of another form', { 'io.cncf.notary.signingTime': 'yesterday' }, [], 'is not a time'],
    ['times of both schemes', { 'io.cncf.notary.authenticSigningTime': 'x' }, [], 'does not belong to the scheme'],
  ])('is refused with %s', async (_, headers, more, reason) => {
    const critical = ['io.cncf.notary.signingScheme', ...more];
    const crit = format === 'jws' ? { crit: critical } : { 2: critical };
    const verdict = await verdictOn({ format, headers: { ...headers, ...crit } });
    expect(verdict).toMatchObject({ status: 'invalid', reasons: [expect.stringContaining(reason)] });
  });

  it.each([
    ['without crit', undefined, 'crit is missing or empty'],
    ['with an empty crit', [], 'crit is missing or empty'],
    ['with a scheme that is not critical', ['io.cncf.notary.expiry'], 'signingScheme is not marked critical'],
    ['with an expiry that is not critical', ['io.cncf.notary.signingScheme'], 'expiry is not marked critical'],
  ])('is refused %s', async (_, crit, reason) => {
    const headers = format === 'jws' ? { crit } : { 2: crit };
    const verdict = await verdictOn({ format, headers, expiry: new Date(now.getTime() + HOUR) });
    expect(verdict).toMatchObject({ status: 'invalid', reasons: [expect.stringContaining(reason)] });
  });

  it('is refused when it expires before it was made', async () => {
    const verdict = await verdictOn({ format, expiry: ago(1) });
    expect(verdict.reasons).toEqual(['the signature expires before it was made']);
  });

  it('is refused with a payload of another type', async () => {
    const headers = format === 'jws' ? { cty: 'text/plain' } : { 3: 'text/plain' };
    expect((await verdictOn({ format, headers })).reasons).toEqual([
      expect.stringContaining('the payload is not of the type'),
    ]);
  });

  it('must state what the settings ask for', async () => {
    const trust = { ...trusting(), requiredClaims: { build: '123' } };
    expect((await verdictOn({ format, claims: { build: '123' } }, trust)).status).toBe('valid');
    const verdict = await verdictOn({ format, claims: { build: '124' } }, trust);
    expect(verdict).toMatchObject({ status: 'invalid', reasons: ['the signature does not state build=123'] });
  });
});

describe('identities', () => {
  const identified = (...trustedIdentities: string[]) => trusting(undefined, { trustedIdentities });

  it.each([
    'x509.subject: C=US, ST=WA, O=acme',
    'x509.subject:CN=builder,O=acme,S=WA,C=US',
    'x509.subject: C=US, ST=WA, L=Seattle, O=acme, OU=build, CN=builder',
  ])('%s is that of the signer', async (identity) => {
    expect((await verdictOn({}, identified(identity))).status).toBe('valid');
  });

  it.each(['x509.subject: C=US, ST=WA, O=Acme', 'x509.subject: C=US, ST=WA, O=acme, CN=tester'])(
    '%s is not that of the signer',
    async (identity) => {
      const verdict = await verdictOn({}, identified(identity));
      expect(verdict).toMatchObject({
        status: 'untrusted',
        reasons: [`"${subjectName}" is none of the trusted identities`],
      });
      expect((await verdictOn({}, trusting({ level: 'audit' }, { trustedIdentities: [identity] }))).status).toBe(
        'valid',
      );
    },
  );

  it('need C, ST and O in the certificate too', async () => {
    const signer = makeCertificate({ subject: 'C=US, O=acme', issuer: root });
    const verdict = await verdictOn({ chain: [signer, root] }, identified('x509.subject: C=US, ST=WA, O=acme'));
    expect(verdict.reasons).toEqual(['the name has no ST; C, ST and O are required']);
  });
});

describe('timestamps', () => {
  const tsa = new TestTimestampAuthority();
  const stamped = (verifyTimestamp?: string, authority = tsa, level = 'strict') =>
    trusting(
      { level, ...(verifyTimestamp && { verifyTimestamp }) },
      {
        trustStores: ['ca:acme', 'tsa:clock'],
        stores: [store('ca', 'acme', oldRoot), store('tsa', 'clock', authority.root)],
      },
    );
  const oldRoot = makeRoot('C=US, ST=WA, O=acme, CN=acme root', { notBefore: ago(99) });
  const old = makeCertificate({ subject: subjectName, issuer: oldRoot, notBefore: ago(9), notAfter: ago(0.2) });
  const clock = { ...tsa, stamp: tsa.stamp.bind(tsa) };
  const request = (timestamp?: NotationRequest['timestamp'], signingTime = ago(0.6)) => ({
    chain: [old, oldRoot],
    signingTime,
    ...(timestamp && { timestamp }),
  });
  const stamp = (options = {}, authority: { stamp: TestTimestampAuthority['stamp'] } = clock) =>
    request((signature) => authority.stamp(signature, { at: ago(0.5), ...options }));

  it('keep a signature valid after its certificate ran out', async () => {
    for (const format of ['jws', 'cose'] as const) {
      const verdict = await verdictOn({ ...stamp({ accuracy: 1 }), format }, stamped());
      expect(verdict).toMatchObject({
        status: 'valid',
        reasons: [],
        signedAt: { at: ago(0.5), source: 'timestamp-authority' },
      });
      expect(verdict.recheckAt).toBeUndefined();
    }
  });

  it('are asked for once the policy has a tsa store, or once the chain is out of date', async () => {
    const verdict = await verdictOn(request(), stamped());
    expect(verdict.reasons).toEqual(['the policy asks for a timestamp, and there is none']);
    expect((await verdictOn(request(), stamped('afterCertExpiry'))).status).toBe('expired');
    const young = makeCertificate({ subject: subjectName, issuer: oldRoot });
    expect((await verdictOn({ chain: [young, oldRoot] }, stamped('afterCertExpiry'))).status).toBe('valid');
    expect((await verdictOn({ chain: [young, oldRoot] }, stamped('always'))).status).toBe('invalid');
    expect((await verdictOn(request(), stamped(undefined, tsa, 'permissive'))).status).toBe('valid');
  });

  const broken = new TestTimestampAuthority({ certificate: { extendedKeyUsage: { purposes: ['1.3.6.1.5.5.7.3.8'] } } });
  it.each<[string, NotationRequest['timestamp'] | object, RegExp]>([
    ['about another signature', () => clock.stamp(Buffer.from('other')), /about another signature/],
    ['with SHA-1', { hash: 'sha1' }, /hash that is not accepted/],
    ['without a certificate', { withoutCertificates: true }, /does not hold its signer's certificate/],
    ['that names another certificate', { namedCertificate: oldRoot }, /signed with another certificate/],
    ['signed as something else', { contentType: '1.2.840.113549.1.7.1' }, /signed as something else/],
    ['older than the signature', { at: ago(0.7) }, /older than the signature/],
    ['from before the authority existed', { at: ago(5) }, /the timestamp's the certificate .* is valid only from/],
    ['that is no timestamp', () => Buffer.from('junk'), /DER|timestamp/],
  ])('are refused: %s', async (_, options, reason) => {
    const signed = typeof options === 'function' ? request(options as NotationRequest['timestamp']) : stamp(options);
    const verdict = await verdictOn(signed, stamped());
    expect(verdict).toMatchObject({ status: 'invalid', reasons: [expect.stringMatching(reason)] });
  });

  it('are refused from an authority that nobody trusts, or that does other things too', async () => {
    const other = new TestTimestampAuthority({ name: 'other' });
    const untrusted = await verdictOn(stamp({}, other), stamped());
    expect(untrusted.reasons).toEqual(['no trusted timestamp authority stands behind the timestamp']);
    const verdict = await verdictOn(stamp({}, broken), stamped(undefined, broken));
    expect(verdict.reasons).toEqual(['the certificate of the timestamp authority is not for time stamps alone']);
  });

  it('must lie within the validity of the whole chain, accuracy included', async () => {
    const signed = { ...stamp({ at: ago(0.1) }), signingTime: ago(0.6) };
    expect(await verdictOn(signed, stamped())).toMatchObject({ status: 'expired' });
    const close = new Date(ago(0.2).getTime() - 5_000);
    expect((await verdictOn(stamp({ at: close, accuracy: 3 }), stamped())).status).toBe('valid');
    expect((await verdictOn(stamp({ at: close, accuracy: 30 }), stamped())).status).toBe('expired');
  });

  // Some of it is signed by nobody and means nothing: the list of digests, certificates that are not needed.
  it('never tell another time or authority once a bit of them changes', async () => {
    const statuses: string[] = [];
    for (let position = 0; position < 1300; position += 11) {
      const flipped = request((signature) => {
        const token = clock.stamp(signature, { at: ago(0.5) });
        token[position % token.length]! ^= 1 << (position % 8);
        return token;
      });
      const { status, signedAt } = await verdictOn(flipped, stamped());
      statuses.push(status);
      if (status === 'valid') expect(signedAt).toEqual({ at: ago(0.5), source: 'timestamp-authority' });
    }
    expect(statuses.filter((status) => status === 'invalid').length).toBeGreaterThan(statuses.length / 2);
  });
});

describe('revocation', () => {
  const crlUrl = 'http://ca.example.com/a.crl';
  const signer = makeCertificate({ subject: subjectName, issuer: root, crlUrl });
  const client = (crl?: Buffer) => ({
    ocsp: () => Promise.reject(new Error('no such host')),
    crl: () => (crl === undefined ? Promise.reject(new Error('503')) : Promise.resolve(crl)),
  });
  const asking = (crl?: Buffer, verification?: object) => ({ ...trusting(verification), revocation: client(crl) });
  const revoked = makeCrl({ issuer: root, revoked: [{ certificate: signer }] });

  it('is asked for where the caller gives a way to, and enforced as the level says', async () => {
    const request = { chain: [signer, root] };
    expect((await verdictOn(request, asking(makeCrl({ issuer: root })))).status).toBe('valid');
    expect(await verdictOn(request, asking(revoked))).toMatchObject({
      status: 'revoked',
      reasons: [expect.stringMatching(/is revoked/)],
    });
    expect(await verdictOn(request, asking())).toMatchObject({
      status: 'invalid',
      reasons: [expect.stringMatching(/cannot be found out: 503$/)],
    });
    const permissive = await verdictOn(request, asking(revoked, { level: 'permissive' }));
    expect([permissive.status, outcomes(permissive).revocation]).toEqual(['valid', 'logged']);
    const skipped = await verdictOn(request, asking(revoked, { level: 'strict', override: { revocation: 'skip' } }));
    expect([skipped.status, outcomes(skipped).revocation]).toEqual(['valid', 'skipped']);
  });

  it('says when to ask again: at the end of a list, or soon where nobody could tell', async () => {
    const request = { chain: [signer, root] };
    const nextUpdate = new Date(Math.ceil(now.getTime() / 1_000) * 1_000 + HOUR / 2);
    const heard = await verdictOn(request, asking(makeCrl({ issuer: root, nextUpdate })));
    expect(heard.recheckAt).toEqual(nextUpdate);
    for (const level of ['strict', 'permissive']) {
      const { recheckAt } = await verdictOn(request, asking(undefined, { level }));
      expect(recheckAt).toEqual(new Date(now.getTime() + 5 * 60_000));
    }
  });

  it('is not asked about those whom nobody vouches for: they could name any address', async () => {
    const stranger = makeRoot('C=US, ST=WA, O=other, CN=other root');
    const strangers = makeCertificate({ subject: subjectName, issuer: stranger, crlUrl });
    for (const level of ['strict', 'audit']) {
      const crl = jest.fn(() => Promise.reject(new Error('asked')));
      const trust = { ...trusting({ level }), revocation: { ...client(), crl } };
      const verdict = await verdictOn({ chain: [strangers, stranger] }, trust);
      expect([crl.mock.calls.length, outcomes(verdict).revocation]).toEqual([0, 'skipped']);
    }
  });
});

describe('what is not even a signature', () => {
  it('is refused when a blob or the manifest is not what its digest says', async () => {
    const { mediaType, envelope } = signWithNotation({ subject, chain });
    const manifest = notationManifest({ mediaType, envelope }, subject, chain);
    const read = (bytes: Buffer) => () => Promise.resolve(bytes);
    const other = await verifyNotation({ subject, manifest, readBlob: read(Buffer.from('x')) }, trusting(), now);
    expect(other.reasons).toEqual(['the envelope is not what its digest says']);
    const changed = { ...manifest, digest: subject.digest };
    const verdict = await verifyNotation({ subject, manifest: changed, readBlob: read(envelope) }, trusting(), now);
    expect(verdict.reasons).toEqual(['the manifest of the signature is not what its digest says']);
  });

  it('is refused when it belongs to another artifact', async () => {
    const { mediaType, envelope } = signWithNotation({ subject, chain });
    const manifest = notationManifest(
      { mediaType, envelope },
      { ...subject, digest: digestOf(Buffer.from('o')) },
      chain,
    );
    const verdict = await verifyNotation(
      { subject, manifest, readBlob: () => Promise.resolve(envelope) },
      trusting(),
      now,
    );
    expect(verdict.reasons).toEqual(['the signature belongs to another artifact']);
  });

  it('throws on what storage throws: that is no verdict', async () => {
    const { mediaType, envelope } = signWithNotation({ subject, chain });
    const manifest = notationManifest({ mediaType, envelope }, subject, chain);
    const readBlob = () => Promise.reject(new Error('disk is gone'));
    await expect(verifyNotation({ subject, manifest, readBlob }, trusting(), now)).rejects.toThrow('disk is gone');
  });

  it('is not looked at where the policy skips it', async () => {
    const skipping = {
      policy: { ...trusting().policy, signatureVerification: { level: 'skip' as const } },
      stores: [],
    };
    expect(await verdictOn({}, skipping)).toMatchObject({ status: 'skipped', checks: [] });
  });
});
