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
import { checkRevocation, type RevocationClient } from './revocation/revocation';
import { type VerifiedTimestamp, verifyTimestamp } from './timestamp/timestamp';
import { invalidityDuring } from './x509/chain';
import { identityMap, isPartOf } from './x509/distinguished-name';

/** What a project trusts, as its people set it. */
export interface NotationTrust {
  policy: TrustPolicy;
  stores: TrustStore[];
  /** Annotations that the signer must have signed along. */
  requiredClaims?: Record<string, string>;
  /** Left out, revocation is not asked for: an installation without a way out to the network. */
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
  const timestamp = await checkTime(examination, found);
  found.run('expiry', enforcement.expiry, 'expired', () => checkExpiry(envelope, now));
  const signedAt = signingTime(envelope, timestamp);
  found.add('revocation', enforcement.revocation, await revocationFailure(examination, signedAt));
  if (trust.revocation === undefined) found.skip('revocation', 'revocation is not asked for in this installation');
  return {
    checks: found.checks,
    status: found.status,
    trustedBy,
    claims,
    signedAt,
    ...recheckAt(examination, timestamp),
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
async function checkTime(examination: Examination, found: SignatureChecks): Promise<VerifiedTimestamp | undefined> {
  const { envelope, enforcement, now, trust } = examination;
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
  const revoked = await authorityFailure(timestamp, trust.revocation, now);
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
  client: RevocationClient | undefined,
  now: Date,
): Promise<CheckFailure | undefined> {
  if (client === undefined) return undefined;
  const { status, reason } = await checkRevocation(chain, { client, now });
  return status === 'good' ? undefined : { reason: `the timestamp authority: ${reason}`, status: 'revoked' };
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

async function revocationFailure(
  examination: Examination,
  { at, source }: SigningTime,
): Promise<CheckFailure | undefined> {
  const { envelope, trust, enforcement, now } = examination;
  if (trust.revocation === undefined || enforcement.revocation === 'skip') return undefined;
  const question = { client: trust.revocation, now, ...(source !== 'signer' && { signedAt: at }) };
  const { status, reason = '' } = await checkRevocation(envelope.chain, question);
  return status === 'good' ? undefined : { reason, status: 'revoked' };
}

/** The next moment at which a certificate or the signature itself runs out, or becomes valid. */
function recheckAt({ envelope, now }: Examination, timestamp: VerifiedTimestamp | undefined): { recheckAt?: Date } {
  const { attributes, chain } = envelope;
  const byClock = attributes.scheme === 'notary.x509' && timestamp === undefined;
  const moments = [
    ...(byClock ? chain.flatMap(({ notBefore, notAfter }) => [notBefore.getTime(), notAfter.getTime() + 1]) : []),
    ...(attributes.expiry === undefined ? [] : [attributes.expiry.getTime()]),
  ];
  const next = Math.min(...moments.filter((moment) => moment > now.getTime()));
  return Number.isFinite(next) ? { recheckAt: new Date(next) } : {};
}
