import { isPinned, type NotaryTrust } from '@breakwater/trust-policies';
import type { Evidence } from './evidence';
import type { SigningReason } from './signing-status';

/** What a role of Notary's trust data says of a tag. */
export interface NotaryFact {
  /** The name under which the trust data was published, with the host. */
  gun: string;
  rootKeyIds: readonly string[];
  /** `targets`, `targets/releases`, `targets/<signer>`. */
  role: string;
  tag: string;
  /** Hex of the digest. */
  sha256: string;
  /** Who signed the role. */
  keyIds: readonly string[];
  /** Of the role, RFC 3339. */
  expiryTime: string;
}

/** What all names of a repository say of one tag, as docker would find it. */
export interface NotaryStatement {
  tag: string;
  /** Digests that tag is said to be: more than one means that the names disagree. Expired ones are not among them. */
  digests: string[];
  /** Of each name, what clients are given. */
  released: { fact: NotaryFact; expired: boolean }[];
  /** All roles that say the same, with their keys, by digest; expired ones are not among them. */
  signers: Map<string, string[]>;
}

/** Docker gives out these alone, the former first (signing.md section 3). */
const released = ['targets/releases', 'targets'];

/** Tag by tag. Of names whose root has none of the pinned keys nothing counts, not even that they disagree. */
export function notaryStatements(
  facts: readonly NotaryFact[],
  { rootKeyIds: pinned }: NotaryTrust,
  now: Date,
): NotaryStatement[] {
  const counting = facts.filter(({ rootKeyIds }) => isPinned(rootKeyIds, pinned));
  return [...groupBy(counting, ({ tag }) => tag)].map(([tag, said]) => statementOf(tag, said, now));
}

function statementOf(tag: string, facts: readonly NotaryFact[], now: Date): NotaryStatement {
  const isExpired = ({ expiryTime }: NotaryFact): boolean => new Date(expiryTime) <= now;
  const chosen = [...groupBy(facts, ({ gun }) => gun).values()].flatMap((ofName) => {
    const fact = released.map((role) => ofName.find((one) => one.role === role)).find((one) => one !== undefined);
    return fact ? [{ fact, expired: isExpired(fact) }] : [];
  });
  const inForce = chosen.filter(({ expired }) => !expired).map(({ fact }) => fact.sha256);
  const signers = new Map<string, string[]>();
  for (const fact of facts.filter((one) => !isExpired(one)))
    signers.set(fact.sha256, [...(signers.get(fact.sha256) ?? []), fact.role, ...fact.keyIds]);
  return { tag, digests: [...new Set(inForce)], released: chosen, signers };
}

export const disagrees = ({ digests }: NotaryStatement): boolean => digests.length > 1;

/** What a statement counts for, for that digest; undefined: it is about another one. */
export function evidenceFor(statement: NotaryStatement, digest: string): Evidence | undefined {
  const sha256 = hexOf(digest);
  const about = statement.released.filter(({ fact }) => fact.sha256 === sha256);
  if (about.length === 0) return undefined;
  if (disagrees(statement)) return evidence('invalid', [], disagreement(statement));
  if (about.some(({ expired }) => !expired)) return evidence('valid', statement.signers.get(sha256) ?? []);
  // What is in force is about another digest.
  if (statement.digests.length > 0) return undefined;
  return evidence('expired', trustedThen(statement, sha256), {
    code: 'signature.expired',
    message: `Notary's signature of the tag ${statement.tag} has expired`,
  });
}

/** Of the tag itself, whatever it points to. Undefined: Notary does not know the tag. */
export function evidenceForTag(statement: NotaryStatement | undefined, digest: string): Evidence | undefined {
  if (!statement || statement.released.length === 0) return undefined;
  if (disagrees(statement)) return evidence('invalid', [], disagreement(statement));
  return evidenceFor(statement, digest) ?? evidence('invalid', [], replaced(statement));
}

/** The keys of a role that has expired still say who it was. */
function trustedThen({ released: chosen }: NotaryStatement, sha256: string): string[] {
  return chosen.filter(({ fact }) => fact.sha256 === sha256).flatMap(({ fact }) => [fact.role, ...fact.keyIds]);
}

function evidence(standing: Evidence['standing'], trustedBy: string[], ...reasons: SigningReason[]): Evidence {
  return { system: 'notary', standing, trustedBy, reasons };
}

function disagreement({ tag, released: chosen }: NotaryStatement): SigningReason {
  const said = chosen.map(({ fact }) => `${fact.gun} says sha256:${fact.sha256}`).join(', ');
  return {
    code: 'signature.disagreement',
    message: `Notary's names of the repository disagree about the tag ${tag}: ${said}`,
  };
}

function replaced({ tag, released: chosen }: NotaryStatement): SigningReason {
  const [fact] = chosen
    .filter(({ expired }) => !expired)
    .concat(chosen)
    .map((one) => one.fact);
  return {
    code: 'signature.replaced',
    message: `the tag ${tag} was signed with Notary for sha256:${fact?.sha256 ?? ''}, and was replaced without being signed again`,
  };
}

/** Notary knows SHA-256 alone. */
export const hexOf = (digest: string): string => (digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : '');

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
