import { verifyCosign } from '@breakwater/cosign';
import { digestOf, type SignatureVerdict } from '@breakwater/kernel';
import { verifyNotation } from '@breakwater/notation';
import {
  cosignManifest,
  cosignPayload,
  makeCertificate,
  makeKeyPair,
  makeRoot,
  notationManifest,
  signWithNotation,
  TestSigstore,
  TestTimestampAuthority,
  toPem,
  type TestCertificate,
} from '@breakwater/testing/signing';
import { sign } from 'node:crypto';
import { effectivePolicy } from './effective-policy';
import { readMaterials, type UploadedFile } from './material-files';
import { material, storedPolicy } from './policies.suite';
import type { ProjectTrustPolicy } from './project-trust-policy';
import { satisfied } from './satisfied';
import type { TrustPolicySettings } from './trust-policy-settings';
import { toCosignSettings, toNotationSettings } from './verifier-settings';

const image = Buffer.from('{"schemaVersion":2}');
const subject = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(image),
  size: image.length,
};

/** Somebody with a root of their own. */
function person(name: string) {
  const root = makeRoot(`C=DE, ST=BE, O=acme, CN=${name} root`);
  const leaf = makeCertificate({ subject: `C=DE, ST=BE, O=acme, CN=${name}`, issuer: root });
  return { pem: toPem(root.der), chain: [leaf, root] };
}
const developer = person('developer');
const tester = person('tester');
const stranger = person('stranger');
const release = makeKeyPair('p256');
const releasePem = release.publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** As if the files had been uploaded. */
function policyWith(files: UploadedFile[], settings: Partial<TrustPolicySettings> = {}): ProjectTrustPolicy {
  const materials = files.flatMap(readMaterials).map((one, n) => material({ ...one, id: n + 1 }));
  return effectivePolicy({ ...storedPolicy(settings), materials });
}

async function notationVerdict(
  policy: ProjectTrustPolicy,
  chain: TestCertificate[],
  timestamp?: (signature: Buffer) => Buffer,
): Promise<SignatureVerdict> {
  const signed = signWithNotation({ subject, chain, ...(timestamp && { timestamp }) });
  const manifest = notationManifest(signed, subject, chain);
  const readBlob = () => Promise.resolve(signed.envelope);
  return verifyNotation({ subject, manifest, readBlob }, toNotationSettings(policy), new Date());
}

function cosignVerdicts(policy: ProjectTrustPolicy, annotations: (payload: Buffer) => Record<string, string>) {
  const payload = cosignPayload(subject);
  const manifest = cosignManifest([{ payload, annotations: annotations(payload) }]);
  return verifyCosign({ subject, manifest, readBlob: () => Promise.resolve(payload) }, toCosignSettings(policy));
}
const signedBy = (key: typeof release) => (payload: Buffer) => ({
  'dev.cosignproject.cosign/signature': sign('sha256', payload, key.privateKey).toString('base64'),
});

const files: UploadedFile[] = [
  { kind: 'ca', name: 'dev', content: developer.pem },
  { kind: 'ca', name: 'test', content: tester.pem },
  { kind: 'cosignKey', name: 'release', content: releasePem },
];

describe('a policy with three signers', () => {
  const policy = policyWith(files, {
    signers: [
      { name: 'developer', system: 'notation', trusted_by: ['ca:dev'] },
      { name: 'tester', system: 'notation', trusted_by: ['ca:test'] },
      { name: 'release', system: 'cosign', trusted_by: ['release'] },
    ],
  });

  it('is met by their signatures, and by no fewer', async () => {
    const verdicts = [
      await notationVerdict(policy, developer.chain),
      await notationVerdict(policy, tester.chain),
      ...(await cosignVerdicts(policy, signedBy(release))),
    ];
    expect(verdicts.map(({ status, trustedBy }) => [status, ...trustedBy])).toEqual([
      ['valid', 'ca:dev'],
      ['valid', 'ca:test'],
      ['valid', 'release'],
    ]);
    expect(satisfied(policy, verdicts).ok).toBe(true);
    for (const [n, name] of ['developer', 'tester', 'release'].entries()) {
      const without = verdicts.filter((_, position) => position !== n);
      expect(satisfied(policy, without).missing.map(({ signer }) => signer)).toEqual([name]);
    }
  });

  it("is not met by a stranger's", async () => {
    const verdicts = [
      await notationVerdict(policy, stranger.chain),
      ...(await cosignVerdicts(policy, signedBy(makeKeyPair('p256')))),
    ];
    expect(verdicts.map(({ status }) => status)).toEqual(['untrusted', 'untrusted']);
    expect(satisfied(policy, verdicts).missing).toHaveLength(3);
  });
});

describe('settings of Notation', () => {
  it('hold the identities and the level', async () => {
    const named = (identities: string[], level: 'strict' | 'audit' = 'strict') =>
      policyWith(files, { notation: { level, verify_timestamp: 'always', identities, revocation: 'off' } });
    const cn = (name: string) => [`x509.subject: C=DE, ST=BE, O=acme, CN=${name}`];
    expect(await notationVerdict(named(cn('developer')), developer.chain)).toMatchObject({ status: 'valid' });
    expect(await notationVerdict(named(cn('tester')), developer.chain)).toMatchObject({ status: 'untrusted' });
    expect(await notationVerdict(named(cn('tester'), 'audit'), developer.chain)).toMatchObject({ status: 'valid' });
  });

  it('ask for a time stamp where there is a tsa store', async () => {
    const clock = new TestTimestampAuthority();
    const policy = policyWith([...files, { kind: 'tsa', name: 'clock', content: toPem(clock.root.der) }]);
    expect(await notationVerdict(policy, developer.chain)).toMatchObject({ status: 'invalid' });
    const stamped = await notationVerdict(policy, developer.chain, (signature) => clock.stamp(signature));
    expect(stamped).toMatchObject({ status: 'valid', signedAt: { source: 'timestamp-authority' } });
  });

  it('trust nobody without a store', async () => {
    expect(await notationVerdict(policyWith([]), developer.chain)).toMatchObject({ status: 'untrusted' });
  });
});

describe('settings of Cosign', () => {
  const sigstore = new TestSigstore();
  const issuer = 'https://token.example.com';
  const workflow = 'https://example.com/acme/app/release.yml@refs/heads/main';
  const certificate = sigstore.certify(workflow, issuer);
  const keyless = (payload: Buffer) => {
    const signature = sign('sha256', payload, certificate.privateKey);
    return {
      'dev.cosignproject.cosign/signature': signature.toString('base64'),
      'dev.sigstore.cosign/certificate': toPem(certificate.der),
      'dev.sigstore.cosign/bundle': sigstore.logAnnotation(payload, signature, certificate),
    };
  };
  const root: UploadedFile = { kind: 'sigstoreRoot', name: 'own', content: JSON.stringify(sigstore.trustedRoot) };
  const cosign = (subject: string, trusted_root: 'uploaded' | 'public-good') => ({
    identities: [{ name: 'pipeline', issuer, subject, match: 'glob' as const }],
    trusted_root,
    key_signatures: { transparency_log: false, time: false },
    keyless_signatures: { transparency_log: true, certificate_log: false },
  });

  const ours = { pattern: 'https://example.com/acme/*/release.yml@refs/heads/*', trusted: 'uploaded' } as const;
  it.each([
    { what: 'accounts by the uploaded root', ...ours, status: 'valid', trustedBy: ['pipeline'] },
    { what: 'no other account', ...ours, pattern: 'https://example.com/other/**', status: 'untrusted', trustedBy: [] },
    { what: 'no other root', ...ours, trusted: 'public-good', status: 'untrusted', trustedBy: [] },
  ] as const)('believe $what', async ({ pattern, trusted, status, trustedBy }) => {
    const policy = policyWith([root], { cosign: cosign(pattern, trusted) });
    expect(await cosignVerdicts(policy, keyless)).toMatchObject([{ status, trustedBy }]);
  });

  it('ask of keys what the policy asks', async () => {
    const { key_signatures: _none, ...others } = cosign('x', 'public-good');
    const strict = { ...others, key_signatures: { transparency_log: true, time: false } };
    expect(await cosignVerdicts(policyWith(files, { cosign: strict }), signedBy(release))).toMatchObject([
      { status: 'invalid', trustedBy: ['release'] },
    ]);
  });
});
