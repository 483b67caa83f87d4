import { TagsMovedError, TagsService, type ExpectedTags } from '@breakwater/artifacts';
import { AppError, type Manifest } from '@breakwater/kernel';
import { beforeTagging, TrustPoliciesService, type ProjectTrustPolicy } from '@breakwater/trust-policies';
import { Injectable } from '@nestjs/common';
import { isEvidenceTag, needsNoSignature } from './evidence-tags';
import { StoredManifestsRepository } from './stored-manifests.repository';
import { addHashCommand, protectedTag, unsignedTag, type RefusedTag } from './tagging-refusals';
import { clientsName, TrustGate, type GateAnswer } from './trust-gate.service';

/** Tags that somebody wants to make, move or put back. */
export interface Tagging {
  projectId: number;
  /** With the project: `library/nginx`. */
  repository: string;
  digest: string;
  tags: readonly string[];
  /** Of the digest, when it is at hand. */
  manifest?: Manifest;
  /** As clients name the registry, for the next command. */
  host?: string;
}

export interface TaggingSteps<T> {
  /** Stores what is to be tagged without any tag, so that it can be signed. */
  store: () => Promise<unknown>;
  /** Throws TagsMovedError, with nothing written, when a tag does not point where `expected` says. */
  tag: (expected?: ExpectedTags) => Promise<T>;
}

const mostAttempts = 5;

/**
 * Whether tags may be made, moved or put back, by `push: block` and `signed_tags: protected` of the project's trust
 * policy (ADR 0036). Nobody passes by: neither permissions nor names of clients make an exception.
 */
@Injectable()
export class TaggingGate {
  constructor(
    private readonly policies: TrustPoliciesService,
    private readonly gate: TrustGate,
    private readonly tags: TagsService,
    private readonly manifests: StoredManifestsRepository,
  ) {}

  /** Whether the policy has a word in it. No query, while the policy is known. */
  async isAsked(projectId: number): Promise<boolean> {
    return isAskedBy(await this.policies.ofProject(projectId));
  }

  /**
   * Tags what may be tagged; of what may not, only the tag is refused. What was not there, or had no signatures, when it
   * was asked about first, is asked about again when it is stored. Throws what `assertMayTag` and the steps throw.
   */
  async pass<T>(tagging: Tagging, { store, tag }: TaggingSteps<T>): Promise<T> {
    if (!(await this.isAsked(tagging.projectId)) || tagging.tags.length === 0) return tag();
    let isStored = false;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const expected = await this.assertMayTag(tagging).catch(async (refusal: unknown) => {
        if (isStored || !isRefusal(refusal)) throw refusal;
        await store();
        isStored = true;
        return this.assertMayTag(tagging);
      });
      try {
        return await tag(expected);
      } catch (error) {
        if (!(error instanceof TagsMovedError)) throw error;
      }
    }
    throw new AppError('UNAVAILABLE', `others are moving ${tagging.tags.join(', ')} just now: try again`);
  }

  /**
   * Throws PROJECTPOLICYVIOLATION, UNAVAILABLE when signatures cannot be verified now. Answers where tags have to be still
   * when they are moved: who decided by a tag's old digest must not move it from another one.
   */
  async assertMayTag(tagging: Tagging): Promise<ExpectedTags> {
    const none: ExpectedTags = new Map();
    const policy = await this.policies.ofProject(tagging.projectId);
    if (!isAskedBy(policy)) return none;
    const tags = await this.withoutEvidence(tagging);
    const [tag] = tags;
    if (tag === undefined) return none;
    const byDigest = await this.ask(tagging, beforeTagging(policy));
    if (byDigest?.ok && (policy.push === 'block' || !isNotaryAlone(policy))) return none;
    if (policy.push === 'block') throw unsignedTag({ ...tagging, tag, ...lacking(byDigest, tagging) });
    return this.assertUnprotected({ ...tagging, tags }, policy, byDigest);
  }

  private async assertUnprotected(
    tagging: Tagging,
    policy: ProjectTrustPolicy,
    byDigest: GateAnswer | undefined,
  ): Promise<ExpectedTags> {
    const { repository, digest, tags } = tagging;
    const current = await this.tags.digests(repository, tags);
    const expected = new Map<string, string | null>();
    for (const tag of tags) {
      const old = current.get(tag);
      const before = old && old !== digest ? await this.ask({ ...tagging, digest: old }, policy, tag) : undefined;
      if (!before?.ok) {
        expected.set(tag, old ?? null);
        continue;
      }
      const after = await this.ask(tagging, policy, tag);
      if (!after?.ok) throw await this.protected(tagging, tag, { before, after, byDigest });
    }
    return expected;
  }

  private ask(
    { projectId, repository, digest }: Tagging,
    policy: ProjectTrustPolicy,
    tag?: string,
  ): Promise<GateAnswer | undefined> {
    return this.gate.ask({ projectId, repository, digest, ...(tag !== undefined && { tag }) }, policy);
  }

  private async protected(
    tagging: Tagging,
    tag: string,
    {
      before,
      after,
      byDigest,
    }: { before: GateAnswer; after: GateAnswer | undefined; byDigest: GateAnswer | undefined },
  ): Promise<AppError> {
    const { repository, digest, host } = tagging;
    const isNotarys = before.verdicts.every(({ system, status }) => status !== 'valid' || system === 'notary');
    if (!isNotarys) return protectedTag({ ...tagging, tag, ...lacking(byDigest, tagging) });
    const size = (await this.manifests.sizeOf(repository, digest)) ?? 0;
    return protectedTag(
      { ...tagging, tag, ...lacking(after, tagging) },
      addHashCommand(clientsName(repository, host), { tag, digest, size }),
    );
  }

  /** Signatures and the like are not signed themselves. */
  private async withoutEvidence({ repository, digest, tags, manifest: given }: Tagging): Promise<string[]> {
    if (!tags.some(isEvidenceTag)) return [...tags];
    const manifest = given ?? (await this.manifests.find(repository, [digest])).get(digest);
    if (!manifest) return [...tags];
    const listed = await this.listed(repository, manifest);
    return tags.filter((tag) => !needsNoSignature(tag, manifest, listed));
  }

  private async listed(repository: string, { manifests }: Manifest): Promise<(Manifest | undefined)[]> {
    const digests = manifests.map(({ digest }) => digest);
    const found = await this.manifests.find(repository, digests);
    return digests.map((digest) => found.get(digest));
  }
}

const isAskedBy = ({ push, signedTags }: ProjectTrustPolicy): boolean => push === 'block' || signedTags === 'protected';

const isNotaryAlone = ({ systems }: ProjectTrustPolicy): boolean => systems.every((system) => system === 'notary');

function lacking(answer: GateAnswer | undefined, { host }: Tagging): Pick<RefusedTag, 'missing' | 'nextCommand'> {
  return answer?.explain(host) ?? { missing: [], nextCommand: null };
}

const isRefusal = (error: unknown): boolean => error instanceof AppError && error.code === 'PROJECTPOLICYVIOLATION';
