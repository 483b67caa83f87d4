import type { ProjectTrustPolicy } from '@breakwater/trust-policies';
import { assess, type Assessment } from './assess';
import { evidenceOf, isInherited, standingOf, type Evidence, type SignatureFact } from './evidence';
import {
  evidenceFor,
  evidenceForTag,
  hexOf,
  notaryStatements,
  type NotaryFact,
  type NotaryStatement,
} from './notary-evidence';

/** All that is stored about who signed a digest, as one query brings it. */
export interface SigningFacts {
  digest: string;
  /** Digests of the indexes of the repository that list it. */
  parents: readonly string[];
  signatures: readonly SignatureFact[];
  /** Every role's word on the tags that Notary names for the digest or its parents, and on `tag`. */
  notary: readonly NotaryFact[];
}

export interface AssessedSigning extends Assessment {
  /** Indexes whose signatures counted. */
  inheritedFrom: string[];
  /** Digests, the artifact's own or an index's, with signatures whose verdicts are missing or out of date. */
  pending: string[];
  /** When time alone may change it; null: never. */
  until: Date | null;
}

/**
 * Of a tag: Notary signs tags, so there only what it says of this one counts, and of indexes that list the digest. Of a
 * digest: what it says of any tag that it names for it.
 */
export function assessSigning(
  facts: SigningFacts,
  policy: ProjectTrustPolicy,
  { tag, now }: { tag?: string; now: Date },
): AssessedSigning {
  const statements = notaryStatements(facts.notary, policy.notary, now);
  const own = tag === undefined ? ofDigest(facts.digest, statements) : ofTag(tag, facts.digest, statements);
  const inherited = facts.parents.map((parent) => ({
    parent,
    evidence: inheritedOf(parent, facts, statements, policy),
  }));
  const evidence = [...signaturesOf(facts.digest, facts, policy), ...own, ...inherited.flatMap((one) => one.evidence)];
  return {
    ...assess(evidence, policy),
    inheritedFrom: inherited.filter((one) => one.evidence.length > 0).map(({ parent }) => parent),
    pending: pendingIn(facts, policy),
    until: nextChange(facts, now),
  };
}

function pendingIn({ signatures }: SigningFacts, policy: ProjectTrustPolicy): string[] {
  const pending = signatures.filter(
    (one) => policy.systems.includes(one.system) && standingOf(one, policy) === 'pending',
  );
  return [...new Set(pending.map(({ of }) => of))];
}

function nextChange({ signatures, notary }: SigningFacts, now: Date): Date | null {
  const times = [...signatures.map(({ recheckTime }) => recheckTime), ...notary.map(({ expiryTime }) => expiryTime)]
    .map((time) => (time === null ? NaN : Date.parse(time)))
    .filter((time) => time > now.getTime());
  return times.length === 0 ? null : new Date(Math.min(...times));
}

/** Who signs an index signs the digests that it lists. What is wrong with it says nothing of them. */
function inheritedOf(
  parent: string,
  facts: SigningFacts,
  statements: readonly NotaryStatement[],
  policy: ProjectTrustPolicy,
): Evidence[] {
  const ofParent = [...signaturesOf(parent, facts, policy), ...ofDigest(parent, statements)];
  return ofParent.filter(({ standing }) => isInherited(standing));
}

function signaturesOf(digest: string, { signatures }: SigningFacts, policy: ProjectTrustPolicy): Evidence[] {
  return evidenceOf(
    signatures.filter(({ of }) => of === digest),
    policy,
  );
}

function ofDigest(digest: string, statements: readonly NotaryStatement[]): Evidence[] {
  if (hexOf(digest) === '') return [];
  return statements.flatMap((statement) => evidenceFor(statement, digest) ?? []);
}

function ofTag(tag: string, digest: string, statements: readonly NotaryStatement[]): Evidence[] {
  return [
    evidenceForTag(
      statements.find((one) => one.tag === tag),
      digest,
    ) ?? [],
  ].flat();
}
