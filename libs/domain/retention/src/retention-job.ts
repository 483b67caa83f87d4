import { ArtifactPruning, PullFolder, type Doomed, type Pruned } from '@breakwater/artifacts';
import type { JobPayload } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { ExecutionsService, type JobContext } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Verdict } from './evaluate';
import { RepositoryVerdicts } from './repository-verdicts';
import { RetentionPoliciesRepository, type PolicyRow } from './retention-policies.repository';
import { needsPullTimes } from './retention-policy';
import { reportOf } from './retention-report';
import { verdictTable } from './verdict-table';

/** Deleted in one transaction, under the project's lock: pushes wait that long. */
const batchSize = 20;
/** Of what was deleted, so many are named in the event. */
const maxNamed = 1_000;

const checkpointSchema = z.object({
  /** What the repository had when the first run began. */
  total: z.number().int(),
  deleted: z.number().int(),
  named: z.array(z.object({ tag: z.string(), type: z.string() })),
  finished: z.boolean(),
});
type Checkpoint = z.output<typeof checkpointSchema>;

/** A policy's run on one repository. */
@Injectable()
export class RetentionJobRunner {
  constructor(
    private readonly policies: RetentionPoliciesRepository,
    private readonly verdicts: RepositoryVerdicts,
    private readonly pruning: ArtifactPruning,
    private readonly pulls: PullFolder,
    private readonly executions: ExecutionsService,
    private readonly outbox: Outbox,
  ) {}

  async run({ policyId, repository, dryRun }: JobPayload<'RETENTION'>, context: JobContext): Promise<void> {
    const policy = await this.policies.find(policyId);
    if (!policy) return context.log(`retention policy ${policyId} is gone`);
    context.log(`Repository: ${repository}, rule algorithm: or, unit: ${policy.unit}, dry run: ${dryRun}`);
    if (needsPullTimes(policy.rules)) {
      context.log('Waiting until all pulls are counted');
      await this.pulls.settle(context.signal);
    }
    const verdicts = await this.verdicts.of(policy, repository);
    for (const line of verdictTable(verdicts)) context.log(line);
    const doomed = verdicts.filter(({ outcome }) => outcome === 'DEL');
    const done = dryRun
      ? { total: verdicts.length, deleted: doomed.length }
      : await this.deleteAll(policy, repository, { verdicts, doomed }, context);
    const counts = { total: done.total, retained: done.total - done.deleted };
    const signed = verdicts.filter(({ keptSigned }) => keptSigned).length;
    if (signed > 0) context.log(`${signed} ${dryRun ? 'would stay' : 'stay'} for their signatures alone`);
    context.log(`${counts.retained} of ${counts.total} ${dryRun ? 'would stay' : 'stay'}`);
    context.result({ ...counts, ...(signed > 0 && { retained_signed: signed }) });
  }

  private async deleteAll(
    policy: PolicyRow,
    repository: string,
    { verdicts, doomed }: { verdicts: readonly Verdict[]; doomed: readonly Verdict[] },
    context: JobContext,
  ): Promise<Checkpoint> {
    const before = checkpointSchema.safeParse(context.checkpoint);
    const state = before.success ? before.data : { total: verdicts.length, deleted: 0, named: [], finished: false };
    if (state.finished) return state;
    const actor = { name: await this.operator(context), address: '', userAgent: 'retention' };
    for (let from = 0; from < doomed.length; from += batchSize) {
      context.signal.throwIfAborted();
      const batch = doomed.slice(from, from + batchSize);
      const next = { ...state };
      let outcomes: Pruned[] = [];
      await context.advance(next, async () => {
        outcomes = await this.pruning.prune(
          repository,
          batch.map((verdict) => toDoomed(verdict, policy)),
          actor,
          { signed: !policy.keepNotarySigned },
        );
        Object.assign(next, countIn(state, batch, outcomes, repository));
      });
      Object.assign(state, next);
      for (const [index, outcome] of outcomes.entries()) tell(context, batch[index], outcome);
      context.progress({ total: state.total, retained: state.total - state.deleted });
    }
    state.finished = true;
    await context.advance(state, async () => {
      if (state.deleted === 0) return;
      const report = reportOf(policy, state);
      const { projectId, projectName: project } = policy;
      await this.outbox.add({
        topic: 'retention.finished',
        key: repository,
        payload: { projectId, project, actor, report },
      });
    });
    return state;
  }

  /** Who started the run; a schedule does it in the name of the platform. */
  private async operator({ executionId }: JobContext): Promise<string> {
    const { operator } = (await this.executions.get(executionId)).extraAttrs;
    return typeof operator === 'string' && operator !== '' ? operator : 'retention';
  }
}

function toDoomed({ candidate }: Verdict, { rules }: PolicyRow): Doomed {
  const { artifact, tags, pullTime } = candidate;
  return {
    artifactId: artifact.id,
    digest: artifact.digest,
    tags: artifact.tags.filter(({ name }) => tags.includes(name)),
    ...(needsPullTimes(rules) && { pullTime }),
  };
}

function countIn(state: Checkpoint, batch: readonly Verdict[], outcomes: readonly Pruned[], repository: string) {
  const deleted = batch.filter((_, index) => outcomes[index]?.outcome === 'deleted');
  const name = repository.slice(repository.indexOf('/') + 1);
  const named = deleted.map(({ candidate: { artifact, tags } }) => ({
    tag: tags.length > 0 ? `${name}:${tags.join(',')}` : `${name}@${artifact.digest}`,
    type: artifact.type.toLowerCase(),
  }));
  return { deleted: state.deleted + deleted.length, named: [...state.named, ...named].slice(0, maxNamed) };
}

function tell(context: JobContext, verdict: Verdict | undefined, pruned: Pruned): void {
  if (!verdict || pruned.outcome === 'deleted') return;
  const { artifact, tags } = verdict.candidate;
  const why = pruned.outcome === 'refused' ? pruned.message : 'it has changed since';
  context.log(`ERROR ${artifact.digest} ${tags.join(',')} stays: ${why}`);
}
