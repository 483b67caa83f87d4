import { material } from './policies.suite';
import { assertConsistent, assertUnused, signersNaming } from './policy-rules';
import { trustPolicySettings } from './trust-policy-settings';

const materials = [
  material({ id: 1, kind: 'ca', name: 'dev' }),
  material({ id: 2, kind: 'ca', name: 'test' }),
  material({ id: 3, kind: 'ca', name: 'test' }),
  material({ id: 4, kind: 'tsa', name: 'clock' }),
  material({ id: 5, kind: 'cosignKey', name: 'release' }),
];
type Settings = ReturnType<typeof trustPolicySettings.parse>;
const settingsOf = (settings: unknown): Settings => trustPolicySettings.parse(settings);
const check = (settings: unknown) => () => assertConsistent(settingsOf(settings), materials);
const identity = (subject: string, match = 'glob') => ({
  name: 'ci',
  issuer: 'https://token.example.com',
  subject,
  match,
});
const signer = (name: string, system: string, ...trusted_by: string[]) => ({ name, system, trusted_by });

describe('a policy', () => {
  it('may be empty, and full', () => {
    expect(check({})).not.toThrow();
    expect(
      check({
        systems: ['notation', 'cosign'],
        notation: { identities: ['x509.subject: C=DE, ST=BE, O=acme', 'x509.subject: C=DE, ST=BE, O=other'] },
        cosign: { identities: [identity('https://example.com/acme/*/release.yml@refs/tags/*')] },
        signers: [
          signer('developer', 'notation', 'ca:dev'),
          signer('tester', 'notation', 'ca:test'),
          signer('release', 'cosign', 'release', 'ci'),
        ],
        push: 'block',
      }),
    ).not.toThrow();
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a signer of an unknown store',
      { signers: [signer('a', 'notation', 'ca:prod')] },
      /there is no store of certificates "ca:prod"; there is ca:dev, ca:test/,
    ],
    [
      'a signer of an unknown key',
      { signers: [signer('a', 'cosign', 'ci')] },
      /no key or identity "ci"; there is release/,
    ],
    ['a signer of another system', { signers: [signer('a', 'cosign', 'ca:dev')] }, /no key or identity "ca:dev"/],
    ['a signer of time stamps', { signers: [signer('a', 'notation', 'tsa:clock')] }, /vouch for no signer/],
    [
      'a signer without a role',
      { signers: [signer('a', 'notary', 'carol')] },
      /neither a role of Notary \(targets\/carol\)/,
    ],
    [
      'a signer who does not count',
      { systems: ['cosign'], signers: [signer('a', 'notation', 'ca:dev')] },
      /not among the systems that count/,
    ],
    [
      'two signers of one name',
      { signers: [signer('a', 'notation', 'ca:dev'), signer('a', 'notation', 'ca:test')] },
      /"a" is there twice/,
    ],
    [
      'two signers by one key',
      { signers: [signer('a', 'notation', 'ca:dev'), signer('b', 'notation', 'ca:test', 'ca:dev')] },
      /one signature would count for both/,
    ],
    ['an identity that is everybody', { cosign: { identities: [identity('**')] } }, /everybody whom its issuer knows/],
    ['a pattern that is none', { cosign: { identities: [identity('https://x/[')] } }, /\[/],
    [
      'an identity named as a key is',
      { cosign: { identities: [{ ...identity('a@example.com'), name: 'release' }] } },
      /"release" is there twice/,
    ],
    [
      'names of certificates without a country',
      { notation: { identities: ['x509.subject: CN=ci'] } },
      /C, ST and O are required/,
    ],
    [
      'everybody and somebody',
      { notation: { identities: ['*', 'x509.subject: C=DE, ST=BE, O=acme'] } },
      /stands alone/,
    ],
    ['a root that nobody uploaded', { cosign: { trusted_root: 'uploaded' } }, /no trusted root was uploaded/],
    ['a system twice', { systems: ['cosign', 'cosign'] }, /twice/],
    [
      'blocked tags with Notary alone',
      { systems: ['notary'], push: 'block' },
      /Notary signs a tag, which has to be pushed first/,
    ],
    [
      "blocked tags with Notary's signers alone",
      { signers: [signer('c', 'notary', 'targets/carol')], push: 'block' },
      /push by digest, sign, tag/,
    ],
  ])('does not take %s', (_what, settings, message) => {
    expect(check(settings)).toThrow(message);
  });

  it.each<[string, unknown]>([
    ['a typo', { signer: [] }],
    ['a short key id', { notary: { root_key_ids: ['728643'] } }],
    ['no system', { systems: [] }],
    ['a name with a colon', { signers: [signer('a:b', 'notary', 'targets')] }],
    ['an issuer that is no address', { cosign: { identities: [{ ...identity('x'), issuer: 'example' }] } }],
    ['a quarantine without end', { quarantine: { days: 0 } }],
  ])('has no place for %s', (_what, settings) => {
    expect(trustPolicySettings.safeParse(settings).success).toBe(false);
  });
});

describe('what a signer goes by', () => {
  const settings = settingsOf({
    signers: [
      signer('developer', 'notation', 'ca:dev'),
      signer('tester', 'notation', 'ca:test'),
      signer('release', 'cosign', 'release'),
    ],
  });
  const remove = (id: number) => () =>
    assertUnused(
      materials.find((one) => one.id === id)!,
      { settings, materials },
    );

  it('stays, the last of its name', () => {
    expect(remove(1)).toThrow(
      expect.objectContaining({
        code: 'PRECONDITION',
        message: expect.stringContaining('"developer" goes by ca:dev'),
      }) as Error,
    );
    expect(remove(5)).toThrow(/"release" goes by release/);
    expect(remove(2)).not.toThrow();
    expect(remove(4)).not.toThrow();
  });

  it('is told with it', () => {
    expect(materials.map((one) => signersNaming(one, settings))).toEqual([
      ['developer'],
      ['tester'],
      ['tester'],
      [],
      ['release'],
    ]);
  });

  it('a trusted root stays while it is believed', () => {
    const root = material({ id: 9, kind: 'sigstoreRoot', name: 'own' });
    const believed = settingsOf({ cosign: { trusted_root: 'uploaded' } });
    expect(() => assertUnused(root, { settings: believed, materials: [root] })).toThrow(/"public-good" first/);
    expect(() => assertUnused(root, { settings, materials: [root] })).not.toThrow();
  });
});
