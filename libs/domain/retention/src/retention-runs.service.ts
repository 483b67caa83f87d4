import { ExecutionsService, type ExecutionTrigger } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { RepositoryVerdicts } from './repository-verdicts';
import { RetentionPoliciesRepository, retentionVendor, type PolicyRow } from './retention-policies.repository';

export interface RunOptions {
  trigger: ExecutionTrigger;
  dryRun: boolean;
  /** A person has seen how much it deletes. */
  confirmed?: boolean;
  /** Who is named in histories and events. */
  operator: string;
  key?: string;
}

/** Starts runs: one execution, with a task for each repository that the policy is about. */
@Injectable()
export class RetentionRunsService {
  constructor(
    private readonly policies: RetentionPoliciesRepository,
    private readonly verdicts: RepositoryVerdicts,
    private readonly executions: ExecutionsService,
  ) {}

  /**
   * Returns the execution's id; undefined when its key was started before. A run that would delete more than the policy
   * lets happen unseen is refused with PRECONDITION when a person starts it, and becomes a dry run when its schedule
   * does. Throws NOT_FOUND.
   */
  async start(policyId: number, options: RunOptions): Promise<number | undefined> {
    const policy = await this.policies.get(policyId);
    const repositories = await this.verdicts.repositories(policy);
    const unseen = options.dryRun || options.confirmed ? undefined : await this.tooMuch(policy, repositories);
    if (unseen && options.trigger === 'MANUAL') throw unconfirmed(policy, unseen);
    const dryRun = options.dryRun || unseen !== undefined;
    return this.executions.start({
      vendorType: retentionVendor,
      vendorId: policyId,
      trigger: options.trigger,
      key: options.key,
      extraAttrs: {
        dry_run: dryRun,
        operator: options.operator,
        ...(unseen && { needs_confirmation: true, would_delete: unseen.deleted, of: unseen.total }),
      },
      tasks: repositories.map((repository) => ({
        job: retentionVendor,
        payload: { policyId, repository, dryRun },
        // Two runs at once would explain each other's deletions to nobody.
        serialKey: `retention ${repository}`,
      })),
    });
  }

  private async tooMuch(policy: PolicyRow, repositories: readonly string[]): Promise<Forecast | undefined> {
    if (policy.confirmAbove === null) return undefined;
    let [total, deleted] = [0, 0];
    for (const repository of repositories)
      for (const { outcome } of await this.verdicts.of(policy, repository)) {
        total++;
        if (outcome === 'DEL') deleted++;
      }
    return deleted * 100 > total * policy.confirmAbove ? { total, deleted } : undefined;
  }
}

interface Forecast {
  total: number;
  deleted: number;
}

function unconfirmed({ confirmAbove }: PolicyRow, { total, deleted }: Forecast): AppError {
  return new AppError(
    'PRECONDITION',
    `this run would delete ${deleted} of ${total}, more than ${confirmAbove} %: look at a dry run, then start it with confirm`,
    { detail: { total, deleted }, reason: 'retention.unconfirmed', params: { total, deleted } },
  );
}
