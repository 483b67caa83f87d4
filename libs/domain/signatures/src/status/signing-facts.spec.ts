import type { ProjectTrustPolicy } from '@breakwater/trust-policies';
import { testPolicy } from '../testing/test-policy.suite';
import type { SignatureFact } from './evidence';
import type { NotaryFact } from './notary-evidence';
import { assessSigning, type SigningFacts } from './signing-facts';

const now = new Date('2026-11-23T12:00:00Z');
const digest = `sha256:${'a'.repeat(64)}`;
const index = `sha256:${'b'.repeat(64)}`;
const other = 'c'.repeat(64);
const [short, long] = ['team/app', 'registry.example.com/team/app'];

const signature = (more: Partial<SignatureFact> = {}): SignatureFact => ({
  of: digest,
  system: 'notation',
  status: 'valid',
  trustedBy: ['ca:acme'],
  policyVersion: 1,
  due: false,
  recheckTime: null,
  ...more,
});
const target = (more: Partial<NotaryFact> = {}): NotaryFact => ({
  gun: long,
  rootKeyIds: ['root'],
  role: 'targets',
  tag: 'v1',
  sha256: 'a'.repeat(64),
  keyIds: ['key'],
  expiryTime: '2027-01-01T00:00:00Z',
  ...more,
});
const expired = { expiryTime: '2026-11-23T11:59:59Z' };

function assessed(
  facts: Partial<SigningFacts>,
  { tag, ...policy }: Partial<ProjectTrustPolicy> & { tag?: string } = {},
) {
  const given = { digest, parents: [], signatures: [], notary: [], ...facts };
  return assessSigning(
    given,
    { ...testPolicy, version: 1, verdictVersion: 1, ...policy },
    { now, ...(tag !== undefined && { tag }) },
  );
}

describe('verdicts', () => {
  it.each<[string, Partial<SignatureFact>, string]>([
    ['of this policy', {}, 'signed'],
    ['of an older one', { policyVersion: 0 }, 'stale'],
    ['of a newer one, which this replica is about to hear of', { policyVersion: 2 }, 'signed'],
    ['whose time has come', { due: true }, 'stale'],
    ['that are not there yet', { status: null, trustedBy: null, policyVersion: null }, 'stale'],
    ['on an attestation', { status: 'not-a-signature', policyVersion: 0 }, 'unsigned'],
    ['by somebody', { status: 'untrusted' }, 'unsigned'],
    ['by a certificate that was revoked', { status: 'revoked' }, 'invalid'],
  ])('%s', (_what, more, status) => {
    expect(assessed({ signatures: [signature(more)] }).status).toBe(status);
  });
});

describe("Notary's names", () => {
  it.each<[string, NotaryFact[], string, string]>([
    ['say it', [target()], 'signed', 'signed'],
    ['say it, with and without the host', [target(), target({ gun: short })], 'signed', 'signed'],
    ['disagree', [target(), target({ gun: short, sha256: other })], 'invalid', 'invalid'],
    ['name another digest', [target({ sha256: other })], 'unsigned', 'invalid'],
    ['name it for another tag', [target({ tag: 'v2' })], 'signed', 'unsigned'],
    ['have expired', [target(expired)], 'expired', 'expired'],
    ['have expired, and one has not', [target(expired), target({ gun: short })], 'signed', 'signed'],
    ['disagreed once', [target(), target({ gun: short, sha256: other, ...expired })], 'signed', 'signed'],
    [
      'said so once, and say something else',
      [target({ ...expired, gun: short }), target({ sha256: other })],
      'unsigned',
      'invalid',
    ],
    ['release another', [target(), target({ role: 'targets/releases', sha256: other })], 'unsigned', 'invalid'],
    ['release this one', [target({ sha256: other }), target({ role: 'targets/releases' })], 'signed', 'signed'],
    ['have signers who released nothing', [target({ role: 'targets/carol' })], 'unsigned', 'unsigned'],
  ])('%s', (_what, notary, ofDigest, ofTag) => {
    expect(assessed({ notary }).status).toBe(ofDigest);
    expect(assessed({ notary }, { tag: 'v1' }).status).toBe(ofTag);
  });

  it('tell who disagrees, and what was replaced', () => {
    const notary = [target(), target({ gun: short, sha256: other })];
    expect(assessed({ notary }, { tag: 'v1' }).reasons).toEqual([
      {
        code: 'signature.disagreement',
        message: `Notary's names of the repository disagree about the tag v1: ${long} says ${digest}, ${short} says sha256:${other}`,
      },
    ]);
    const { reasons } = assessed({ notary: [target({ sha256: other })], signatures: [signature()] }, { tag: 'v1' });
    expect(reasons).toMatchObject([{ code: 'signature.replaced', message: expect.stringContaining(other) }]);
  });

  it('count only with a pinned root, even where they disagree', () => {
    const notary = [target(), target({ gun: short, sha256: other, rootKeyIds: ['stolen'] })];
    expect(assessed({ notary }, { tag: 'v1', notary: { rootKeyIds: ['root'] } }).status).toBe('signed');
    expect(assessed({ notary }, { tag: 'v1', notary: { rootKeyIds: ['none'] } }).status).toBe('unsigned');
  });

  it('tell required signers by role and by key', () => {
    const signers = [{ name: 'carol', system: 'notary' as const, trustedBy: ['targets/carol'] }];
    const released = target({ role: 'targets/releases' });
    const policy = { signers, requirements: [] };
    expect(assessed({ notary: [released] }, policy).missingSigners).toEqual(['carol']);
    expect(assessed({ notary: [released, target({ role: 'targets/carol' })] }, policy).status).toBe('signed');
    const wrong = target({ role: 'targets/carol', sha256: other });
    expect(assessed({ notary: [released, wrong] }, policy).status).toBe('unsigned');
    expect(assessed({ notary: [released] }, { signers: [{ ...signers[0]!, trustedBy: ['key'] }] }).status).toBe(
      'signed',
    );
  });

  it('count only where Notary does', () => {
    const notary = [target(), target({ gun: short, sha256: other })];
    const systems = ['notation' as const];
    const policy = { systems, requirements: [{ systems, because: 'policy' as const }] };
    expect(assessed({ notary, signatures: [signature()] }, policy).status).toBe('signed');
    expect(assessed({ notary: [target()] }, policy).status).toBe('unsigned');
  });
});

describe('what an index lists', () => {
  const ofIndex = (more: Partial<SignatureFact> = {}) => signature({ of: index, ...more });
  const namesIndex = target({ sha256: 'b'.repeat(64), tag: 'latest' });

  it.each<[string, Partial<SigningFacts>, string, string[]]>([
    ['is signed with it', { signatures: [ofIndex()] }, 'signed', [index]],
    ['is signed with it by Notary', { notary: [namesIndex] }, 'signed', [index]],
    ['waits with it', { signatures: [ofIndex({ due: true })] }, 'stale', [index]],
    ['expires with it', { signatures: [ofIndex({ status: 'expired' })] }, 'expired', [index]],
    ['has nothing to do with bad signatures of it', { signatures: [ofIndex({ status: 'invalid' })] }, 'unsigned', []],
    [
      'nor with names that disagree about it',
      { notary: [namesIndex, { ...namesIndex, gun: short, sha256: other }], signatures: [signature()] },
      'signed',
      [],
    ],
  ])('%s', (_what, facts, status, inheritedFrom) => {
    expect(assessed({ parents: [index], ...facts })).toMatchObject({ status, inheritedFrom });
    expect(assessed({ parents: [index], ...facts }, { tag: 'amd64' })).toMatchObject({ status, inheritedFrom });
  });

  it('joins its own signers with those of the index', () => {
    const signer = (name: string) => ({ name, system: 'notation' as const, trustedBy: [`ca:${name}`] });
    const policy = { signers: [signer('developer'), signer('tester')] };
    const signatures = [signature({ trustedBy: ['ca:developer'] }), ofIndex({ trustedBy: ['ca:tester'] })];
    expect(assessed({ signatures, parents: [index] }, policy).status).toBe('signed');
    expect(assessed({ signatures: signatures.slice(0, 1), parents: [index] }, policy).status).toBe('unsigned');
  });
});
