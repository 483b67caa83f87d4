import { PullFolder } from '@breakwater/artifacts';
import { Injectable } from '@nestjs/common';
import { RepositoryVerdicts } from './repository-verdicts';
import { RetentionPoliciesRepository, type PolicyRow } from './retention-policies.repository';
import { needsPullTimes } from './retention-policy';

export interface UntaggedArtifact {
  id: number;
  projectId: number;
  /** With its project. */
  repository: string;
}

/** Ids of those among untagged artifacts that a policy keeps. */
export type KeptUntagged = (artifacts: readonly UntaggedArtifact[]) => Promise<ReadonlySet<number>>;

/** What garbage collection asks before it deletes what has no tag. */
@Injectable()
export class UntaggedRetention {
  constructor(
    private readonly policies: RetentionPoliciesRepository,
    private readonly verdicts: RepositoryVerdicts,
    private readonly pulls: PullFolder,
  ) {}

  /**
   * For one collection. Each repository is judged once, by the policy of then: what is deleted meanwhile does not lift
   * others into "the ten latest". Throws the signal's reason.
   */
  judge(signal: AbortSignal): KeptUntagged {
    const judged = new Map<string, Promise<readonly number[]>>();
    const settle = once(() => this.pulls.settle(signal));
    const of = (projectId: number, repository: string): Promise<readonly number[]> => {
      const known = judged.get(repository) ?? this.keptIn(projectId, repository, settle);
      judged.set(repository, known);
      return known;
    };
    return async (artifacts) => {
      const kept = new Set<number>();
      for (const { projectId, repository } of artifacts) for (const id of await of(projectId, repository)) kept.add(id);
      return kept;
    };
  }

  private async keptIn(projectId: number, repository: string, settle: () => Promise<void>): Promise<number[]> {
    const policy = await this.policies.findOfProject(projectId);
    if (!policy) return [];
    if (needsPullTimes(policy.rules)) await settle();
    return this.keptUntagged(policy, repository);
  }

  private async keptUntagged(policy: PolicyRow, repository: string): Promise<number[]> {
    const verdicts = await this.verdicts.of(policy, repository);
    return verdicts
      .filter(({ outcome, candidate }) => outcome !== 'DEL' && candidate.artifact.tags.length === 0)
      .map(({ candidate }) => candidate.artifact.id);
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
