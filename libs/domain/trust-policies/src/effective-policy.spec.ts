import { effectivePolicy, verdictInputs } from './effective-policy';
import { material, policyOf, storedPolicy } from './policies.suite';
import { explainPolicy } from './policy-reasons';
import { fromStored, trustPolicySettings, type TrustPolicySettings } from './trust-policy-settings';

const trust = { enable_content_trust: 'true' };
const cosign = { enable_content_trust_cosign: 'true' };
const all = ['notary', 'notation', 'cosign'];
const signer = (name: string, system: 'notary' | 'notation' | 'cosign', by: string) => ({
  name,
  system,
  trusted_by: [by],
});

describe('the policy in force', () => {
  it('is to block nothing and count all, when nobody has set anything', () => {
    const policy = effectivePolicy({
      projectId: 7,
      version: 0,
      verdictVersion: 0,
      settings: null,
      materials: [],
      metadata: {},
    });
    expect(policy).toMatchObject({
      ...{ projectId: 7, version: 0, systems: all, pull: 'allow', push: 'allow' },
      ...{ signedTags: 'replaceable', quarantine: null, signers: [] },
      requirements: [{ systems: all, because: 'policy' }],
      notary: { rootKeyIds: [] },
      notation: { stores: [], identities: ['*'], level: 'strict' },
      cosign: { keys: [], identities: [], trustedRoot: 'public-good' },
    });
  });

  it.each([
    [trust, ['notary', 'notation'], [['notary', 'notation']]],
    [cosign, ['cosign'], [['cosign']]],
    [{ ...trust, ...cosign }, all, [['notary', 'notation'], ['cosign']]],
  ])('is what the metadata says: %j', (metadata, systems, groups) => {
    const policy = policyOf({}, { metadata });
    expect(policy).toMatchObject({ systems, pull: 'block' });
    expect(policy.requirements.map((requirement) => requirement.systems)).toEqual(groups);
  });

  it('is not changed by metadata that says no', () => {
    expect(policyOf({}, { metadata: { enable_content_trust: 'false' } })).toMatchObject({
      systems: all,
      pull: 'allow',
    });
  });

  it('lets the policy narrow what enable_content_trust takes, never to nothing', () => {
    expect(policyOf({ systems: ['notation'] }, { metadata: trust })).toMatchObject({
      ...{ systems: ['notation'], pull: 'block' },
      requirements: [{ systems: ['notation'], because: 'enable_content_trust' }],
    });
    expect(policyOf({ systems: ['cosign'], pull: 'block' }, { metadata: trust })).toMatchObject({
      systems: all,
      requirements: [
        { systems: ['notary', 'notation'], because: 'enable_content_trust' },
        { systems: ['cosign'], because: 'policy' },
      ],
    });
  });

  it('is what the signers say, and what the metadata asks for besides', () => {
    const signers = [signer('release', 'cosign', 'release')];
    expect(policyOf({ signers })).toMatchObject({ systems: ['cosign'], requirements: [] });
    expect(policyOf({ signers }, { metadata: trust })).toMatchObject({
      systems: all,
      requirements: [{ systems: ['notary', 'notation'], because: 'enable_content_trust' }],
    });
  });

  it('has certificates by their stores, keys, and the uploaded root when it is believed', () => {
    const materials = [
      material({ kind: 'ca', name: 'dev', content: 'a' }),
      material({ kind: 'tsa', name: 'dev', content: 'b' }),
      material({ kind: 'ca', name: 'dev', content: 'c' }),
      material({ kind: 'cosignKey', name: 'release', content: 'd' }),
      material({ kind: 'sigstoreRoot', name: 'own', content: '{"own":true}' }),
    ];
    const stored = { ...storedPolicy({}), materials };
    expect(effectivePolicy(stored)).toMatchObject({
      notation: {
        stores: [
          { type: 'ca', name: 'dev', certificates: ['a', 'c'] },
          { type: 'tsa', name: 'dev', certificates: ['b'] },
        ],
      },
      cosign: { keys: [{ name: 'release', pem: 'd' }], trustedRoot: 'public-good' },
    });
    stored.settings!.cosign.trusted_root = 'uploaded';
    expect(effectivePolicy(stored).cosign.trustedRoot).toEqual({ json: { own: true } });
  });
});

describe('revocation', () => {
  const checked = { ...trustPolicySettings.parse({}).notation, revocation: 'check' as const };

  it('is asked about only where somebody says so', () => {
    expect(policyOf({}).notation.revocation).toBe('off');
    expect(policyOf({ notation: checked }).notation.revocation).toBe('check');
  });

  it('is off in what was stored before it was there, and what is stored beyond it stays', () => {
    const { revocation: _, ...older } = { ...checked, level: 'audit' as const };
    const stored = { ...trustPolicySettings.parse({ pull: 'block' }), notation: older, later: 1 };
    expect(fromStored(stored as unknown as TrustPolicySettings)).toEqual({
      ...stored,
      notation: { ...older, revocation: 'off' },
    });
  });

  it('is what verdicts hang on', () => {
    const inputs = [{}, { notation: checked }].map((one) => verdictInputs(storedPolicy(one).settings!, []));
    expect(inputs[0]).not.toBe(inputs[1]);
  });

  it.each([
    ['strict', 'is not valid'],
    ['permissive', 'only noted'],
    ['audit', 'only noted'],
  ] as const)('is explained with what the level %s makes of it', (level, words) => {
    const effects = (revocation: 'off' | 'check') =>
      explainPolicy(storedPolicy({ notation: { ...checked, level, revocation } }), new Date()).reasons.filter(
        ({ effect }) => effect.includes('revoked'),
      );
    expect(effects('off')).toEqual([]);
    expect(effects('check')).toEqual([{ because: 'policy', effect: expect.stringContaining(words) }]);
  });
});

describe('signed tags', () => {
  it('are protected only where somebody says so', () => {
    expect(policyOf({ signed_tags: 'protected' }).signedTags).toBe('protected');
    expect(policyOf({}, { metadata: trust }).signedTags).toBe('replaceable');
    const { reasons } = explainPolicy(storedPolicy({ signed_tags: 'protected' }), new Date());
    expect(reasons.map(({ effect }) => effect)).toEqual([
      'a tag whose digest is signed moves only to a digest that is signed, too',
    ]);
  });
});

describe('its reasons', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  const explain = (settings: Parameters<typeof storedPolicy>[0], beside?: Parameters<typeof storedPolicy>[1]) =>
    explainPolicy(storedPolicy(settings, beside), now);

  it('tell metadata and policy apart', () => {
    expect(explain({ pull: 'block', quarantine: { days: 3 } }, { metadata: { ...trust, ...cosign } }).reasons).toEqual([
      {
        because: 'enable_content_trust',
        effect: 'pull is blocked for what has no valid signature by Notary or Notation',
      },
      { because: 'enable_content_trust_cosign', effect: 'pull is blocked for what has no valid signature by Cosign' },
      { because: 'policy', effect: 'pull is blocked for what lacks a valid signature' },
      { because: 'policy', effect: 'what is pushed is for pushers alone until it is signed, at most 3 days' },
    ]);
    expect(explainPolicy({ ...storedPolicy({}), settings: null }, now).reasons).toEqual([
      { because: 'default', effect: 'nobody has set a policy here' },
    ]);
  });

  it('warn of rules that nothing can meet, or anything', () => {
    expect(explain({}, { metadata: cosign }).warnings).toEqual([
      'nothing can be valid by Cosign: upload a certificate or a key, or name an identity',
    ]);
    expect(explain({}, { metadata: cosign, keys: ['release'] }).warnings).toEqual([]);
    expect(explain({}, { metadata: trust }).warnings).toEqual([]);
    expect(
      explain({ pull: 'block', notation: { ...storedPolicy({}).settings!.notation, level: 'audit' } }).warnings,
    ).toEqual(['notation.level is audit: a signature by anybody is valid, if it is whole']);
  });

  it.each([
    ['2026-01-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z', /^ca:dev: expired at 2026-11-01/],
    ['2026-01-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', /^ca:dev: expires at 2026-12-01/],
    ['2026-12-01T00:00:00.000Z', '2027-12-01T00:00:00.000Z', /^ca:dev: valid only from 2026-12-01/],
  ])('warn of a certificate from %s until %s', (notBefore, notAfter, warning) => {
    const certificate = { subject: 'CN=dev', issuer: 'CN=dev', serial: '1', notBefore, notAfter };
    const materials = [material({ kind: 'ca', name: 'dev', details: { certificate } })];
    expect(explainPolicy({ ...storedPolicy({}), materials }, now).warnings).toEqual([expect.stringMatching(warning)]);
  });
});
