import { enforcementOf, parseTrustPolicy, policyFor } from './trust-policy';

const statement = {
  name: 'acme',
  registryScopes: ['registry.example.com/acme/app'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['*'],
};
const documentOf = (...statements: object[]) => ({ version: '1.0', trustPolicies: statements });
const skip = { name: 'skip', registryScopes: ['registry.example.com/x/y'], signatureVerification: { level: 'skip' } };

describe('a trust policy', () => {
  it('holds for the repository that it names, else the global one does', () => {
    const all = { ...statement, name: 'all', registryScopes: ['*'] };
    const document = parseTrustPolicy(documentOf(all, statement, skip));
    expect(policyFor(document, 'registry.example.com/acme/app')?.name).toBe('acme');
    expect(policyFor(document, 'registry.example.com/acme/app2')?.name).toBe('all');
    expect(policyFor(document, 'registry.example.com/x/y')?.name).toBe('skip');
    expect(policyFor(parseTrustPolicy(documentOf(statement)), 'registry.example.com/other')).toBeUndefined();
  });

  it.each([
    [
      'strict',
      undefined,
      { authenticity: 'enforce', authenticTimestamp: 'enforce', expiry: 'enforce', revocation: 'enforce' },
    ],
    ['permissive', undefined, { authenticity: 'enforce', authenticTimestamp: 'log', expiry: 'log', revocation: 'log' }],
    ['audit', undefined, { authenticity: 'log', authenticTimestamp: 'log', expiry: 'log', revocation: 'log' }],
    [
      'strict',
      { expiry: 'log', revocation: 'skip' },
      { authenticity: 'enforce', authenticTimestamp: 'enforce', expiry: 'log', revocation: 'skip' },
    ],
  ])('%s with %j enforces what the specification says', (level, override, expected) => {
    const signatureVerification = { level, ...(override && { override }) };
    const [policy] = parseTrustPolicy(documentOf({ ...statement, signatureVerification })).trustPolicies;
    expect(enforcementOf(policy!)).toEqual(expected);
    expect(enforcementOf(parseTrustPolicy(documentOf(skip)).trustPolicies[0]!)).toBeUndefined();
  });

  const identified = (...trustedIdentities: string[]) => ({ ...statement, trustedIdentities });
  it.each<[string, object, RegExp]>([
    ['another version', { version: '2.0', trustPolicies: [statement] }, /version/],
    ['no statement', documentOf(), /trustPolicies/],
    ['an unknown field', documentOf({ ...statement, extra: 1 }), /extra/],
    ['an unknown level', documentOf({ ...statement, signatureVerification: { level: 'lax' } }), /level/],
    [
      'integrity overridden',
      documentOf({ ...statement, signatureVerification: { level: 'strict', override: { integrity: 'log' } } }),
      /integrity/,
    ],
    [
      'expiry skipped',
      documentOf({ ...statement, signatureVerification: { level: 'strict', override: { expiry: 'skip' } } }),
      /expiry/,
    ],
    [
      'one name twice',
      documentOf(statement, { ...statement, registryScopes: ['*'] }),
      /the name "acme" is there twice/,
    ],
    ['one scope twice', documentOf(statement, { ...statement, name: 'b' }), /the scope .* is there twice/],
    ['* beside a repository', documentOf({ ...statement, registryScopes: ['*', 'a/b'] }), /the scope \* stands alone/],
    ['a pattern', documentOf({ ...statement, registryScopes: ['registry.example.com/acme/*'] }), /is not a repository/],
    ['a repository without a host', documentOf({ ...statement, registryScopes: ['app'] }), /is not a repository/],
    ['no trust store', documentOf({ ...statement, trustStores: [] }), /needs trust stores/],
    ['no identity', documentOf({ ...statement, trustedIdentities: [] }), /needs trust stores and trusted identities/],
    [
      'an unknown kind of store',
      documentOf({ ...statement, trustStores: ['pgp:acme'] }),
      /"pgp:acme" is not of the form/,
    ],
    ['a store with a path for a name', documentOf({ ...statement, trustStores: ['ca:../x'] }), /is not of the form/],
    [
      '* beside an identity',
      documentOf(identified('*', 'x509.subject: C=US, ST=WA, O=a')),
      /the identity \* stands alone/,
    ],
    ['an identity of another kind', documentOf(identified('email:a@b')), /does not start with x509.subject/],
    ['an identity without O', documentOf(identified('x509.subject: C=US, ST=WA')), /the name has no O/],
    [
      'identities that overlap',
      documentOf(identified('x509.subject: C=US, ST=WA, O=a', 'x509.subject: C=US, ST=WA, O=a, OU=b')),
      /overlap/,
    ],
    ['skip with stores', documentOf({ ...skip, trustStores: ['ca:a'] }), /has trust stores or identities all the same/],
    ['skip for all', documentOf({ ...skip, registryScopes: ['*'] }), /needs repositories by name/],
    [
      'skip overridden',
      documentOf({ ...skip, signatureVerification: { level: 'skip', override: { expiry: 'log' } } }),
      /cannot be overridden/,
    ],
  ])('is refused with %s', (_, document, reason) => {
    expect(() => parseTrustPolicy(document)).toThrow(reason);
    expect(() => parseTrustPolicy(document)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});
