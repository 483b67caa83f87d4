import fc from 'fast-check';
import type { ProjectTrustPolicy } from '@breakwater/trust-policies';
import { testPolicy } from '../testing/test-policy.suite';
import { assess } from './assess';
import type { Evidence, Standing } from './evidence';
import type { SigningStatus } from './signing-status';

const systems = ['notary', 'notation', 'cosign'] as const;
const standings: Standing[] = ['valid', 'pending', 'expired', 'invalid', 'none'];
const names = ['ca:developer', 'ca:tester', 'ci'];

const anyOf = testPolicy;

const someEvidence = fc.record({
  system: fc.constantFrom(...systems),
  standing: fc.constantFrom(...standings),
  trustedBy: fc.subarray(names),
  reasons: fc.constant([]),
});
const somePolicy: fc.Arbitrary<ProjectTrustPolicy> = fc
  .record({
    systems: fc.subarray([...systems], { minLength: 1 }),
    requirements: fc.array(
      fc.record({ systems: fc.subarray([...systems], { minLength: 1 }), because: fc.constant('policy' as const) }),
      { maxLength: 2 },
    ),
    signers: fc.array(
      fc.record({
        name: fc.constantFrom('developer', 'tester'),
        system: fc.constantFrom(...systems),
        trustedBy: fc.subarray(names, { minLength: 1 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map((asked) => ({ ...testPolicy, ...asked }));
const rank: SigningStatus[] = ['unsigned', 'invalid', 'expired', 'stale', 'signed'];
const rankOf = (evidence: readonly Evidence[], policy: ProjectTrustPolicy): number =>
  rank.indexOf(assess(evidence, policy).status);
const isContested = ({ system, standing }: Evidence): boolean => system === 'notary' && standing === 'invalid';

function evidence(system: Evidence['system'], standing: Standing, trustedBy: string[] = []): Evidence {
  return { system, standing, trustedBy, reasons: [] };
}

describe('what evidence comes to', () => {
  it.each<[string, Evidence[], SigningStatus]>([
    ['nothing', [], 'unsigned'],
    ['one that is valid', [evidence('cosign', 'valid')], 'signed'],
    ['one by nobody who is trusted', [evidence('notation', 'none')], 'unsigned'],
    [
      'one that is valid and others that are not',
      [evidence('cosign', 'valid'), evidence('cosign', 'invalid')],
      'signed',
    ],
    [
      'one that is yet to be verified, and a bad one',
      [evidence('cosign', 'pending'), evidence('cosign', 'invalid')],
      'stale',
    ],
    ['an expired one and a bad one', [evidence('cosign', 'expired'), evidence('notation', 'invalid')], 'expired'],
    ['an expired one and a valid one', [evidence('cosign', 'expired'), evidence('notation', 'valid')], 'signed'],
    ['a bad one', [evidence('cosign', 'invalid'), evidence('notation', 'none')], 'invalid'],
    ["Notary's objection to a valid one", [evidence('notary', 'invalid'), evidence('notation', 'valid')], 'invalid'],
  ])('%s', (_what, given, status) => {
    expect(assess(given, anyOf).status).toBe(status);
  });

  it('asks for every signer, and says who is missing', () => {
    const signer = (name: string) => ({ name, system: 'notation' as const, trustedBy: [`ca:${name}`] });
    const policy = { ...anyOf, requirements: [], signers: [signer('developer'), signer('tester')] };
    const developer = evidence('notation', 'valid', ['ca:developer']);
    expect(assess([developer], policy)).toMatchObject({
      status: 'unsigned',
      reasons: [
        { code: 'signer.missing', message: expect.stringMatching(/^tester: there is no .* ca:tester vouches for/) },
      ],
      missingSigners: ['tester'],
    });
    expect(assess([developer, evidence('notation', 'expired', ['ca:tester'])], policy).status).toBe('expired');
    expect(assess([developer, evidence('notation', 'pending')], policy).status).toBe('stale');
    expect(assess([developer, evidence('cosign', 'valid', ['ca:tester'])], policy).status).toBe('unsigned');
    expect(assess([developer, evidence('notation', 'valid', ['ca:x', 'ca:tester'])], policy)).toMatchObject({
      status: 'signed',
      missingSigners: [],
    });
  });
});

describe('of any evidence', () => {
  const runs = { numRuns: 500 };

  it('a further signature takes nothing away, unless it is Notary that objects', () => {
    fc.assert(
      fc.property(fc.array(someEvidence), someEvidence, somePolicy, (given, further, policy) => {
        fc.pre(!isContested(further));
        expect(rankOf([...given, further], policy)).toBeGreaterThanOrEqual(rankOf(given, policy));
      }),
      runs,
    );
  });

  it("Notary's objection wins, where it counts", () => {
    fc.assert(
      fc.property(fc.array(someEvidence), somePolicy, (given, policy) => {
        const { status } = assess([...given, evidence('notary', 'invalid')], policy);
        expect(status === 'invalid').toBe(
          policy.systems.includes('notary') || assess(given, policy).status === 'invalid',
        );
      }),
      runs,
    );
  });

  it('it is signed only by what is valid, of systems that count, and expired only when that does not do', () => {
    fc.assert(
      fc.property(fc.array(someEvidence), somePolicy, (given, policy) => {
        const { status } = assess(given, policy);
        const valid = given.filter(({ system, standing }) => standing === 'valid' && policy.systems.includes(system));
        const ofValid = assess(valid, policy).status;
        if (status === 'signed') expect(ofValid).toBe('signed');
        if (status === 'expired') expect(ofValid).toBe('unsigned');
        if (ofValid === 'signed' && !given.some(isContested)) expect(status).toBe('signed');
      }),
      runs,
    );
  });

  it('neither their order nor their number matters', () => {
    fc.assert(
      fc.property(fc.array(someEvidence), somePolicy, (given, policy) => {
        expect(assess([...given, ...given].reverse(), policy).status).toBe(assess(given, policy).status);
      }),
      runs,
    );
  });
});
