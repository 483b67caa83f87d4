import {
  type CheckFailure,
  SignatureChecks,
  type SignatureCheck,
  SignatureFault,
  type SignatureStatus,
  type SignedSubject,
  type SigningTime,
} from '@breakwater/kernel';
import { type Envelope } from './envelope/envelope';
import { missingClaim, readPayload } from './payload';
import { type Enforcement, parseIdentity, type TrustPolicy } from './policy/trust-policy';
import { storesFor, type TrustStore } from './policy/trust-store';
import { type RevocationClient } from './revocation/revocation';
import { RevocationCheck } from './revocation/revocation-check';
import { type VerifiedTimestamp, verifyTimestamp } from './timestamp/timestamp';
import { invalidityDuring } from './x509/chain';
import { identityMap, isPartOf } from './x509/distinguished-name';

/** What a project trusts, as its people set it. */
export interface NotationTrust {
  policy: TrustPolicy;
  stores: TrustStore[];
  /** Annotations that the signer must have signed along. */
  requiredClaims?: Record<string, string>;
  /** Left out, revocation is not asked for: a policy that does not want it, or has no way out to the network. */
  revocation?: RevocationClient;
}

export interface Examination {
  envelope: Envelope;
  subject: SignedSubject;
  trust: NotationTrust;
  enforcement: Enforcement;
  now: Date;
}

export interface Findings {
  checks: SignatureCheck[];
  /** The status that the first enforced failure gives. */
  status: SignatureStatus;
  trustedBy: string[];
  claims: Record<string, string>;
  signedAt: SigningTime;
  recheckAt?: Date;
}

/**
 * The validations of trust-store-trust-policy.md after integrity. All are made, whatever the first ones say: a person
 * who mends one fault should see the next.
 */
export async function examine(examination: Examination): Promise<Findings> {
  const { envelope, subject, trust, enforcement, now } = examination;
  const found = new SignatureChecks();
  const claims = found.run('subject', 'enforce', 'invalid', () => readPayload(envelope.payload, subject)) ?? {};
  found.run('claims', 'enforce', 'invalid', () => throwIf(missingClaim(claims, trust.requiredClaims ?? {})));
  const trustedBy =
    found.run('authenticity', enforcement.authenticity, 'untrusted', () => trustingStores(examination)) ?? [];
  found.run('identity', enforcement.authenticity, 'untrusted', () => checkIdentity(examination));
  const revocation = new RevocationCheck(trust.revocation, now);
  const timestamp = await checkTime(examination, found, revocation);
  found.run('expiry', enforcement.expiry, 'expired', () => checkExpiry(envelope, now));
  const signedAt = signingTime(envelope, timestamp);
  const why = whyNotAsked(examination, trustedBy);
  if (why === undefined)
    found.add('revocation', enforcement.revocation, await revocationFailure(envelope, signedAt, revocation));
  else found.skip('revocation', why);
  return {
    checks: found.checks,
    status: found.status,
    trustedBy,
    claims,
    signedAt,
    ...recheckAt(examination, timestamp, revocation),
  };
}

function throwIf(problem: string | undefined): void {
  if (problem !== undefined) throw new SignatureFault(problem);
}

/** The reference implementation's meaning of trust: a certificate of the chain is in a store, byte for byte. */
function trustingStores({ envelope, trust }: Examination): string[] {
  const type = envelope.attributes.scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
  const stores = storesFor(trust.policy, trust.stores, type);
  const vouching = stores.filter(({ certificates }) =>
    certificates.some(({ raw }) => envelope.chain.some((certificate) => certificate.raw.equals(raw))),
  );
  if (vouching.length > 0) return vouching.map(({ name }) => `${type}:${name}`);
  const empty = stores.every(({ certificates }) => certificates.length === 0);
  throw new SignatureFault(
    empty
      ? `no trust store of the type ${type} holds a certificate`
      : 'no certificate of the chain is in a trust store of the policy',
  );
}

/** "Trusted Identities Constraints": one of the policy's names is part of the signing certificate's subject. */
function checkIdentity({ envelope, trust }: Examination): void {
  const wanted = trust.policy.trustedIdentities.map(parseIdentity);
  if (wanted.includes(undefined)) return;
  const [leaf] = envelope.chain;
  const subject = identityMap(leaf?.subject ?? []);
  if (wanted.some((identity) => identity !== undefined && isPartOf(identity, subject))) return;
  throw new SignatureFault(`"${leaf?.subjectName}" is none of the trusted identities`);
}

/** "Validate Trusted Timestamp". Returns the timestamp when one was needed and is good. */
async function checkTime(
  examination: Examination,
  found: SignatureChecks,
  revocation: RevocationCheck,
): Promise<VerifiedTimestamp | undefined> {
  const { envelope, enforcement, now } = examination;
  const action = enforcement.authenticTimestamp;
  const { scheme, signingTime: at } = envelope.attributes;
  if (scheme === 'notary.x509.signingAuthority') {
    found.run('authenticTimestamp', action, 'expired', () => throwIf(invalidityDuring(envelope.chain, at, at)));
    return undefined;
  }
  if (!isTimestampWanted(examination)) {
    found.run('authenticTimestamp', action, 'expired', () => throwIf(invalidityDuring(envelope.chain, now, now)));
    return undefined;
  }
  let timestamp: VerifiedTimestamp | undefined;
  try {
    timestamp = readTimestamp(examination);
  } catch (error) {
    if (!(error instanceof SignatureFault)) throw error;
    found.add('authenticTimestamp', action, { reason: error.message, status: 'invalid' });
    return undefined;
  }
  const problem = invalidityDuring(envelope.chain, timestamp.from, timestamp.to);
  const revoked = await authorityFailure(timestamp, revocation);
  found.add('authenticTimestamp', action, problem === undefined ? revoked : { reason: problem, status: 'expired' });
  return problem === undefined && revoked === undefined ? timestamp : undefined;
}

/** Only a policy with a `tsa` store looks at timestamps; with `afterCertExpiry` only once the chain is out of date. */
function isTimestampWanted({ envelope, trust, now }: Examination): boolean {
  const { trustStores, signatureVerification } = trust.policy;
  if (!trustStores.some((store) => store.startsWith('tsa:'))) return false;
  if (signatureVerification.verifyTimestamp !== 'afterCertExpiry') return true;
  // Where there is none, it is the certificate that has expired and no more can be said.
  return envelope.timestamp !== undefined && envelope.chain.some(({ notAfter }) => now > notAfter);
}

function readTimestamp({ envelope, trust }: Examination): VerifiedTimestamp {
  if (envelope.timestamp === undefined) throw new SignatureFault('the policy asks for a timestamp, and there is none');
  const roots = storesFor(trust.policy, trust.stores, 'tsa').flatMap(({ certificates }) => certificates);
  const timestamp = verifyTimestamp(envelope.timestamp, envelope.signature, roots);
  if (timestamp.from < envelope.attributes.signingTime) {
    throw new SignatureFault('the timestamp is older than the signature says that it is');
  }
  return timestamp;
}

async function authorityFailure(
  { chain }: VerifiedTimestamp,
  revocation: RevocationCheck,
): Promise<CheckFailure | undefined> {
  const failure = await revocation.failureOf(chain);
  return failure && { ...failure, reason: `the timestamp authority: ${failure.reason}` };
}

/** "The artifact is considered expired when the current time is greater than or equal to expiry time." */
function checkExpiry({ attributes: { expiry } }: Envelope, now: Date): void {
  if (expiry !== undefined && now >= expiry)
    throw new SignatureFault(`the signature expired at ${expiry.toISOString()}`);
}

function signingTime({ attributes }: Envelope, timestamp: VerifiedTimestamp | undefined): SigningTime {
  if (timestamp !== undefined) return { at: timestamp.at, source: 'timestamp-authority' };
  return { at: attributes.signingTime, source: attributes.scheme === 'notary.x509' ? 'signer' : 'signing-authority' };
}

function whyNotAsked({ trust, enforcement }: Examination, trustedBy: string[]): string | undefined {
  if (enforcement.revocation === 'skip') return 'the trust policy skips it';
  if (trust.revocation === undefined) return 'the trust policy does not ask for it';
  // Anybody can make a chain that sends whoever believes it to any address.
  return trustedBy.length === 0 ? 'nobody whom the policy trusts vouches for the certificates' : undefined;
}

function revocationFailure(
  { chain }: Envelope,
  { at, source }: SigningTime,
  revocation: RevocationCheck,
): Promise<CheckFailure | undefined> {
  return source === 'signer' ? revocation.failureOf(chain) : revocation.failureOf(chain, at);
}

/** The next moment at which a certificate or the signature itself runs out, becomes valid, or may have been revoked. */
function recheckAt(
  { envelope, now }: Examination,
  timestamp: VerifiedTimestamp | undefined,
  { askAgainAt }: RevocationCheck,
): { recheckAt?: Date } {
  const { attributes, chain } = envelope;
  const byClock = attributes.scheme === 'notary.x509' && timestamp === undefined;
  const moments = [
    ...(byClock ? chain.flatMap(({ notBefore, notAfter }) => [notBefore.getTime(), notAfter.getTime() + 1]) : []),
    ...(attributes.expiry === undefined ? [] : [attributes.expiry.getTime()]),
    ...askAgainAt.map((moment) => moment.getTime()),
  ];
  const next = Math.min(...moments.filter((moment) => moment > now.getTime()));
  return Number.isFinite(next) ? { recheckAt: new Date(next) } : {};
}
