import { isPinned, TrustPoliciesService, type ProjectTrustPolicy } from '@breakwater/trust-policies';
import { Injectable } from '@nestjs/common';
import { standingOf, type Standing } from '../status/evidence';
import { assessSigning, type AssessedSigning, type SigningFacts } from '../status/signing-facts';
import type { SigningStatus } from '../status/signing-status';
import { SigningViewsRepository, type NotaryRow, type SignatureRow, type SigningRow } from './signing-views.repository';

export interface SigningView extends AssessedSigning {
  policy: ProjectTrustPolicy;
  tags: (AssessedSigning & { name: string })[];
  /** `standing`: what each counts for. */
  signatures: (SignatureRow & { standing: Standing })[];
  /** `counts`: its root is one that the policy believes. */
  notary: (NotaryRow & { counts: boolean; expired: boolean })[];
}

/** Of a tag in a list. `isAsked`: somebody set a trust policy, or asked for signatures in the metadata of the project. */
export interface TagSigning {
  status: SigningStatus;
  isAsked: boolean;
}

/** Of a move of a tag: what there is to know of its digests; null: there is none, or it is gone. */
export interface MoveFacts {
  digest: SigningFacts | null;
  previous: SigningFacts | null;
  replaced: boolean;
}

/** Of both digests, as things are now. `replaced`: the tag was signed, and what came in its place was not. */
export interface MoveSigning {
  status: SigningStatus | null;
  previousStatus: SigningStatus | null;
  replaced: boolean;
}

/** Who signed what, for people and for whoever lets pull. */
@Injectable()
export class SigningViews {
  constructor(
    private readonly views: SigningViewsRepository,
    private readonly policies: TrustPoliciesService,
  ) {}

  /** Everything about one artifact. Undefined: it has gone meanwhile. */
  async ofArtifact({ id, projectId }: { id: number; projectId: number }): Promise<SigningView | undefined> {
    const policy = await this.policies.ofProject(projectId);
    const row = await this.views.find(id);
    return row && viewOf(row, policy, new Date());
  }

  /** What a digest, or a tag that points to it, comes to now. Undefined: there is no such artifact. One query. */
  async assess(
    { repository, digest, tag }: { repository: string; digest: string; tag?: string },
    policy: ProjectTrustPolicy,
  ): Promise<AssessedSigning | undefined> {
    const facts = await this.views.factsOf(repository, digest, tag);
    return facts && assessSigning(facts, policy, { now: new Date(), ...(tag !== undefined && { tag }) });
  }

  /** The same tags, whose list brought their facts along (`signingFacts`). No query, while the policy is known. */
  async ofTags<T extends { name: string; facts: SigningFacts }>(
    projectId: number,
    tags: readonly T[],
  ): Promise<(T & { signing: TagSigning })[]> {
    const policy = await this.policies.ofProject(projectId);
    const now = new Date();
    const isAsked = policy.version > 0 || policy.requirements.some(({ because }) => because !== 'policy');
    return tags.map((tag) => {
      const { status } = assessSigning(tag.facts, policy, { tag: tag.name, now });
      return { ...tag, signing: { status, isAsked } };
    });
  }

  /** The same moves of tags, whose list brought their facts along (`moveFacts`). No query, while the policy is known. */
  async ofMoves<T extends { name: string; facts: MoveFacts }>(
    projectId: number,
    moves: readonly T[],
  ): Promise<(T & { signing: MoveSigning })[]> {
    const policy = await this.policies.ofProject(projectId);
    const now = new Date();
    return moves.map((move) => {
      const { digest, previous, replaced } = move.facts;
      const statusOf = (facts: SigningFacts | null): SigningStatus | null =>
        facts && assessSigning(facts, policy, { tag: move.name, now }).status;
      return { ...move, signing: { status: statusOf(digest), previousStatus: statusOf(previous), replaced } };
    });
  }
}

function viewOf({ facts, tags, signatures, notary }: SigningRow, policy: ProjectTrustPolicy, now: Date): SigningView {
  return {
    ...assessSigning(facts, policy, { now }),
    policy,
    tags: tags.map((tag) => ({ name: tag.name, ...assessSigning(tag.facts, policy, { tag: tag.name, now }) })),
    signatures: signatures.map((row) => ({
      ...row,
      standing: standingOf({ ...row, status: row.verdict?.status ?? null }, policy),
    })),
    notary: notary.map((row) => ({
      ...row,
      counts: isPinned(row.rootKeyIds, policy.notary.rootKeyIds),
      expired: new Date(row.expiryTime) <= now,
    })),
  };
}
