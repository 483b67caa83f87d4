import * as fc from 'fast-check';
import { beforeTagging, satisfied } from './satisfied';
import type { ProjectTrustPolicy, RequiredSigner, TrustSystem, TrustVerdict } from './project-trust-policy';
import { policyOf } from './policies.suite';

const systems = ['notary', 'notation', 'cosign'] as const satisfies TrustSystem[];
const names: Record<TrustSystem, string[]> = {
  notary: ['targets/carol', 'targets/dave'],
  notation: ['ca:dev', 'ca:test', 'signingAuthority:release'],
  cosign: ['release', 'ci'],
};
const statuses = ['valid', 'expired', 'revoked', 'untrusted', 'invalid', 'skipped', 'not-a-signature'] as const;

const verdict = fc.constantFrom(...systems).chain((system) =>
  fc.record<TrustVerdict>({
    system: fc.constant(system),
    status: fc.constantFrom(...statuses),
    reasons: fc.array(fc.string(), { maxLength: 2 }),
    trustedBy: fc.subarray(names[system]),
  }),
);
const signer = fc.constantFrom(...systems).chain((system) =>
  fc.record<RequiredSigner>({
    name: fc.constantFrom('developer', 'tester', 'release'),
    system: fc.constant(system),
    trustedBy: fc.subarray(names[system], { minLength: 1 }),
  }),
);
const policy: fc.Arbitrary<ProjectTrustPolicy> = fc
  .record({
    systems: fc.subarray([...systems], { minLength: 1 }),
    signers: fc.array(signer, { maxLength: 3 }),
    enable_content_trust: fc.boolean(),
    enable_content_trust_cosign: fc.boolean(),
  })
  .map(({ signers, systems: chosen, ...flags }) => {
    const all = [...new Set([...chosen, ...signers.map(({ system }) => system)])];
    const settings = {
      systems: all,
      signers: signers.map(({ trustedBy, ...rest }) => ({ ...rest, trusted_by: trustedBy })),
    };
    const metadata = Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, String(value)]));
    return policyOf(settings, { metadata });
  });
const verdicts = fc.array(verdict, { maxLength: 6 });

const isBy =
  ({ system, trustedBy }: RequiredSigner) =>
  (one: TrustVerdict) =>
    one.status === 'valid' && one.system === system && one.trustedBy.some((name) => trustedBy.includes(name));

describe('satisfied', () => {
  it('needs a valid verdict for every required signer, by its system and one of its names', () => {
    fc.assert(
      fc.property(policy, verdicts, (asked, given) => {
        const { ok, missing } = satisfied(asked, given);
        for (const required of asked.signers) {
          const signed = given.some(isBy(required));
          if (!signed) expect(ok).toBe(false);
          if (!signed) expect(missing.map(({ signer: name }) => name)).toContain(required.name);
        }
      }),
    );
  });

  it('needs a valid verdict by each of the systems that are asked for', () => {
    fc.assert(
      fc.property(policy, verdicts, (asked, given) => {
        const met = asked.requirements.every((requirement) =>
          given.some(({ system, status }) => status === 'valid' && requirement.systems.includes(system)),
        );
        if (!met) expect(satisfied(asked, given).ok).toBe(false);
      }),
    );
  });

  it('is never met by what is not valid', () => {
    fc.assert(
      fc.property(policy, verdicts, (asked, given) => {
        const worthless = given.filter(({ status }) => status !== 'valid');
        expect(satisfied(asked, worthless).ok).toBe(false);
        expect(satisfied(beforeTagging(asked), worthless).ok).toBe(false);
      }),
    );
  });

  it('is met exactly when nothing is missing, and says what to do otherwise', () => {
    fc.assert(
      fc.property(policy, verdicts, (asked, given) => {
        const { ok, missing, nextCommand } = satisfied(asked, given);
        expect(missing.length === 0).toBe(ok);
        expect(nextCommand === null).toBe(ok);
        for (const { why } of missing) expect(why).not.toBe('');
      }),
    );
  });

  it('is not undone by further verdicts, unless Notary says that this is not it', () => {
    fc.assert(
      fc.property(policy, verdicts, verdicts, (asked, given, more) => {
        const harmless = more.filter(({ system, status }) => system !== 'notary' || status !== 'invalid');
        if (satisfied(asked, given).ok) expect(satisfied(asked, [...given, ...harmless]).ok).toBe(true);
      }),
    );
  });

  it('does not depend on the order of verdicts, nor on systems that do not count', () => {
    fc.assert(
      fc.property(policy, verdicts, (asked, given) => {
        const counting = given.filter(({ system }) => asked.systems.includes(system));
        const { ok } = satisfied(asked, given);
        expect(satisfied(asked, [...given].reverse()).ok).toBe(ok);
        expect(satisfied(asked, counting).ok).toBe(ok);
      }),
    );
  });
});

const valid = (system: TrustSystem, ...trustedBy: string[]): TrustVerdict => ({
  ...({ system, status: 'valid', reasons: [] } as const),
  trustedBy,
});
const bad = (system: TrustSystem, status: TrustVerdict['status'], reason: string): TrustVerdict => ({
  ...{ system, status, reasons: [reason] },
  trustedBy: [],
});
const image = { repository: 'registry.example.com/library/app', digest: `sha256:${'a'.repeat(64)}`, tag: 'v1' };
const at = `${image.repository}@${image.digest}`;

describe('what is missing', () => {
  const stages = policyOf({
    signers: [
      { name: 'developer', system: 'notation', trusted_by: ['ca:dev'] },
      { name: 'tester', system: 'notation', trusted_by: ['ca:test'] },
      { name: 'release', system: 'cosign', trusted_by: ['release'] },
    ],
  });

  it('is named, one of three, with the next command', () => {
    const two = [valid('notation', 'ca:dev'), valid('cosign', 'release')];
    expect(satisfied(stages, two, image)).toEqual({
      ok: false,
      missing: [{ signer: 'tester', why: 'there is no signature by Notation that ca:test vouches for' }],
      nextCommand: `notation sign ${at}`,
    });
    expect(satisfied(stages, [...two, valid('notation', 'ca:test')], image)).toEqual({
      ...{ ok: true, missing: [] },
      nextCommand: null,
    });
  });

  it('is explained by what is there', () => {
    const expired = { ...bad('notation', 'expired', 'the signature expired at noon'), trustedBy: ['ca:test'] };
    const { missing } = satisfied(stages, [valid('notation', 'ca:dev'), valid('cosign', 'release'), expired]);
    expect(missing[0]?.why).toBe(
      'there is no valid signature by Notation that ca:test vouches for; what is there is expired: the signature expired at noon',
    );
  });

  it('is what the metadata asks for, both when both do', () => {
    const both = policyOf({}, { metadata: { enable_content_trust: 'true', enable_content_trust_cosign: 'true' } });
    expect(satisfied(both, [valid('notation')], image)).toMatchObject({
      missing: [{ signer: 'Cosign', why: 'there is no signature by Cosign' }],
      nextCommand: `cosign sign --key cosign.key ${at}`,
    });
    expect(satisfied(both, [valid('cosign')], image)).toMatchObject({
      missing: [{ signer: 'Notary or Notation' }],
      nextCommand: `docker trust sign ${image.repository}:v1`,
    });
    expect(satisfied(both, [valid('notary'), valid('cosign')]).ok).toBe(true);
  });

  it('is agreement, where Notary names another digest', () => {
    const flagged = policyOf({}, { metadata: { enable_content_trust: 'true' } });
    const other = bad('notary', 'invalid', 'the tag v1 is signed with another digest');
    expect(satisfied(flagged, [valid('notation'), other], image)).toEqual({
      ok: false,
      missing: [{ signer: 'Notary', why: 'the tag v1 is signed with another digest' }],
      nextCommand: `docker trust sign ${image.repository}:v1`,
    });
    expect(satisfied(policyOf({ systems: ['notation'] }), [valid('notation'), other]).ok).toBe(true);
  });

  it('is not taken away by a bad signature beside a good one', () => {
    const flagged = policyOf({}, { metadata: { enable_content_trust_cosign: 'true' } });
    expect(satisfied(flagged, [bad('cosign', 'invalid', 'tampered'), valid('cosign', 'release')]).ok).toBe(true);
    expect(satisfied(flagged, [bad('cosign', 'not-a-signature', 'it is an SBOM')]).missing[0]?.why).toBe(
      'there is no signature by Cosign',
    );
  });

  it('is signed with the key of the signer, or by its account', () => {
    const signers = [
      { name: 'release', system: 'cosign' as const, trusted_by: ['release-key'] },
      { name: 'pipeline', system: 'cosign' as const, trusted_by: ['ci'] },
    ];
    const keyed = policyOf({ signers }, { keys: ['other', 'release-key'] });
    expect(satisfied(keyed, [], image).nextCommand).toBe(`cosign sign --key release-key.key ${at}`);
    expect(satisfied(keyed, [valid('cosign', 'release-key')], image).nextCommand).toBe(`cosign sign ${at}`);
  });

  it('has places to fill in where the image is not known', () => {
    expect(satisfied(policyOf({ systems: ['notary'] }), []).nextCommand).toBe('docker trust sign <repository>:<tag>');
  });
});

describe('before a tag is made', () => {
  it('is not enough what Notary signed, whatever is asked for', () => {
    fc.assert(
      fc.property(policy, verdicts, (asked, given) => {
        const byNotary = given.filter(({ system }) => system === 'notary');
        expect(satisfied(beforeTagging(asked), byNotary).ok).toBe(false);
      }),
    );
  });

  it('Notary has no say', () => {
    const flagged = beforeTagging(policyOf({}, { metadata: { enable_content_trust: 'true' } }));
    expect(satisfied(flagged, [valid('notary')], image)).toMatchObject({
      ok: false,
      nextCommand: `notation sign ${at}`,
    });
    expect(satisfied(flagged, [valid('notation'), bad('notary', 'invalid', 'of before')]).ok).toBe(true);
  });

  it('its signers are waited for no longer', () => {
    const signers = [
      { name: 'carol', system: 'notary' as const, trusted_by: ['targets/carol'] },
      { name: 'developer', system: 'notation' as const, trusted_by: ['ca:dev'] },
    ];
    expect(satisfied(beforeTagging(policyOf({ signers })), [valid('notation', 'ca:dev')]).ok).toBe(true);
  });
});
