import { AppError, SignatureFault } from '@breakwater/kernel';
import { z } from 'zod';
import { identityMap, isPartOf, parseName } from '../x509/distinguished-name';

const action = z.enum(['enforce', 'log']);
const storeTypes = ['ca', 'signingAuthority', 'tsa'] as const;
export type TrustStoreType = (typeof storeTypes)[number];

const signatureVerification = z.strictObject({
  level: z.enum(['strict', 'permissive', 'audit', 'skip']),
  override: z
    .strictObject({
      authenticity: action.optional(),
      authenticTimestamp: action.optional(),
      expiry: action.optional(),
      revocation: z.enum(['enforce', 'log', 'skip']).optional(),
    })
    .optional(),
  verifyTimestamp: z.enum(['always', 'afterCertExpiry']).optional(),
});

const statement = z.strictObject({
  name: z.string().min(1),
  registryScopes: z.array(z.string()).min(1),
  signatureVerification,
  trustStores: z.array(z.string()).default([]),
  trustedIdentities: z.array(z.string()).default([]),
});

/** trust-store-trust-policy.md "Trust Policy Schema", version 1.0. */
export const trustPolicyDocument = z.strictObject({
  version: z.literal('1.0'),
  trustPolicies: z.array(statement).min(1),
});

export type TrustPolicyDocument = z.infer<typeof trustPolicyDocument>;
export type TrustPolicy = z.infer<typeof statement>;

/** Validations whose failure a level enforces or only logs. */
export type Validation = 'authenticity' | 'authenticTimestamp' | 'expiry' | 'revocation';
export type Enforcement = Record<Validation, 'enforce' | 'log' | 'skip'>;

const levels: Record<'strict' | 'permissive' | 'audit', Enforcement> = {
  strict: { authenticity: 'enforce', authenticTimestamp: 'enforce', expiry: 'enforce', revocation: 'enforce' },
  permissive: { authenticity: 'enforce', authenticTimestamp: 'log', expiry: 'log', revocation: 'log' },
  audit: { authenticity: 'log', authenticTimestamp: 'log', expiry: 'log', revocation: 'log' },
};

/** What fails the verification and what is noted; undefined for `skip`. Integrity is always enforced. */
export function enforcementOf({ signatureVerification: { level, override } }: TrustPolicy): Enforcement | undefined {
  return level === 'skip' ? undefined : { ...levels[level], ...override };
}

/** Takes what a person uploads. Throws BAD_REQUEST that says which statement breaks which rule. */
export function parseTrustPolicy(value: unknown): TrustPolicyDocument {
  const parsed = trustPolicyDocument.safeParse(value);
  if (!parsed.success) throw refused(z.prettifyError(parsed.error));
  const { trustPolicies } = parsed.data;
  refuseTwice(
    trustPolicies.map(({ name }) => name),
    'the name',
  );
  refuseTwice(
    trustPolicies.flatMap(({ registryScopes }) => registryScopes),
    'the scope',
  );
  for (const policy of trustPolicies) checkStatement(policy);
  return parsed.data;
}

/** "Selecting a trust policy": the statement that names the repository (`host/ns/repo`), else the global one. */
export function policyFor(document: TrustPolicyDocument, repository: string): TrustPolicy | undefined {
  const naming = (scope: string) => document.trustPolicies.find(({ registryScopes }) => registryScopes.includes(scope));
  return naming(repository) ?? naming('*');
}

/** `ca:acme` as type and name. */
export function splitStore(store: string): { type: TrustStoreType; name: string } | undefined {
  const [prefix, name = ''] = store.split(/:(.*)/s);
  const type = storeTypes.find((known) => known === prefix);
  return type !== undefined && /^[a-zA-Z0-9_.-]+$/.test(name) ? { type, name } : undefined;
}

const IDENTITY = 'x509.subject:';

/** An identity of the policy as attributes; undefined for `*`. Throws SignatureFault. */
export function parseIdentity(identity: string): Map<string, string> | undefined {
  if (identity === '*') return undefined;
  if (!identity.startsWith(IDENTITY)) throw new SignatureFault(`"${identity}" does not start with ${IDENTITY}`);
  return identityMap(parseName(identity.slice(IDENTITY.length)));
}

function checkStatement(policy: TrustPolicy): void {
  const { name, registryScopes, signatureVerification: verification, trustStores, trustedIdentities } = policy;
  checkScopes(policy);
  if (verification.level === 'skip') {
    if (verification.override !== undefined) throw refused(`"${name}": the level skip cannot be overridden`);
    if (trustStores.length + trustedIdentities.length > 0) {
      throw refused(`"${name}" skips verification, and has trust stores or identities all the same`);
    }
    if (registryScopes.includes('*')) throw refused(`"${name}": the level skip needs repositories by name, not *`);
    return;
  }
  if (trustStores.length === 0 || trustedIdentities.length === 0) {
    throw refused(`"${name}" needs trust stores and trusted identities`);
  }
  const malformed = trustStores.find((store) => splitStore(store) === undefined);
  if (malformed !== undefined)
    throw refused(`"${name}": "${malformed}" is not of the form ca:<name>, tsa:<name> or signingAuthority:<name>`);
  checkIdentities(policy);
}

/** A registry's host with its port, and the repository in full. */
const SCOPE = /^[a-zA-Z0-9.-]+(?::\d+)?(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)+$/;

function checkScopes({ name, registryScopes }: TrustPolicy): void {
  if (registryScopes.includes('*')) {
    if (registryScopes.length > 1) throw refused(`"${name}": the scope * stands alone`);
    return;
  }
  const malformed = registryScopes.find((scope) => !SCOPE.test(scope));
  if (malformed !== undefined) throw refused(`"${name}": the scope "${malformed}" is not a repository with its host`);
}

function checkIdentities({ name, trustedIdentities }: TrustPolicy): void {
  if (trustedIdentities.includes('*')) {
    if (trustedIdentities.length > 1) throw refused(`"${name}": the identity * stands alone`);
    return;
  }
  const identities = trustedIdentities.map((identity) => readIdentity(name, identity));
  identities.forEach((one, position) => {
    const other = identities.findIndex((candidate, index) => index !== position && isPartOf(one, candidate));
    if (other >= 0) {
      const [a, b] = [trustedIdentities[position], trustedIdentities[other]];
      throw refused(`"${name}": the identities "${a}" and "${b}" overlap`);
    }
  });
}

function readIdentity(name: string, identity: string): Map<string, string> {
  try {
    return parseIdentity(identity) ?? new Map();
  } catch (cause) {
    throw refused(`"${name}": ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function refuseTwice(values: string[], what: string): void {
  const twice = values.find((value, position) => values.indexOf(value) !== position);
  if (twice !== undefined) throw refused(`${what} "${twice}" is there twice`);
}

function refused(problem: string): AppError {
  return new AppError('BAD_REQUEST', `invalid trust policy: ${problem}`, { reason: 'trust.policy_invalid' });
}
