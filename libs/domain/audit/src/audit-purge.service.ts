import type { JobPayload } from '@breakwater/contracts';
import { ExecutionsService, type ExecutionTrigger, type JobContext } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AuditPurgeRepository, type PurgePosition, type PurgeScope } from './audit-purge.repository';

const parametersSchema = z.object({
  audit_retention_hour: z.number().int().min(0).max(240_000),
  include_event_types: z.string().max(4_096),
  dry_run: z.boolean().default(false),
});

/** What a purge is told, in the words of the management API: kept with its schedule, shown with its runs. */
export type PurgeParameters = z.output<typeof parametersSchema>;

const checkpointSchema = z.object({
  before: z.coerce.date(),
  purged: z.number(),
  position: z.object({ time: z.string(), id: z.number() }),
});
type Checkpoint = z.output<typeof checkpointSchema>;

const hourMs = 3_600_000;
const batchSize = 5_000;
const beginning: PurgePosition = { time: '-infinity', id: 0 };
/** lock_not_available, deadlock_detected */
const busy: ReadonlySet<unknown> = new Set(['55P03', '40P01']);

/** Removes old entries of the audit log: whole months at once where nothing of them stays, the rest in batches. */
@Injectable()
export class AuditPurgeService {
  constructor(
    private readonly executions: ExecutionsService,
    private readonly repository: AuditPurgeRepository,
  ) {}

  /** Throws BAD_REQUEST. */
  readParameters(parameters: Record<string, unknown>): PurgeParameters {
    const read = parametersSchema.safeParse(parameters);
    if (!read.success) throw invalid(z.prettifyError(read.error));
    if (eventTypes(read.data).length === 0) throw invalid('include_event_types names none');
    return read.data;
  }

  /** Returns the execution's id; undefined when its key was started before. */
  start(parameters: PurgeParameters, trigger: ExecutionTrigger, key?: string): Promise<number | undefined> {
    const payload = {
      retentionHours: parameters.audit_retention_hour,
      eventTypes: eventTypes(parameters),
      dryRun: parameters.dry_run,
    };
    return this.executions.start({
      vendorType: 'PURGE_AUDIT_LOG',
      trigger,
      extraAttrs: parameters,
      key,
      tasks: [{ job: 'PURGE_AUDIT_LOG', payload }],
    });
  }

  /** A run that is taken up again goes on where it was, with the same age in mind. */
  async run({ retentionHours, eventTypes: types, dryRun }: JobPayload<'PURGE_AUDIT_LOG'>, context: JobContext) {
    const before = new Date(Date.now() - retentionHours * hourMs);
    const start: Checkpoint =
      context.checkpoint === undefined
        ? { before, purged: 0, position: beginning }
        : checkpointSchema.parse(context.checkpoint);
    const scope: PurgeScope = { before: start.before, eventTypes: types };
    context.log(`entries before ${scope.before.toISOString()} of the types ${types.join(', ')}`);
    if (dryRun) {
      const purged = await this.repository.count(scope);
      context.log(`dry run: ${purged} entries would be purged`);
      return context.result({ purged_entries: purged });
    }
    const { purged } = await this.deleteBatches(scope, await this.dropPartitions(scope, start, context), context);
    context.log(`${purged} entries purged`);
    context.result({ purged_entries: purged });
  }

  private async dropPartitions(scope: PurgeScope, start: Checkpoint, context: JobContext): Promise<Checkpoint> {
    let checkpoint = start;
    for (const name of await this.repository.partitionsBefore(scope.before)) {
      context.signal.throwIfAborted();
      const entries = await this.repository.countIfAllGo(name, scope.eventTypes);
      if (entries === undefined) continue;
      const next = { ...checkpoint, purged: checkpoint.purged + entries };
      if (!(await this.dropPartition(name, scope, next, context))) continue;
      context.log(`${name}: dropped with ${entries} entries`);
      context.progress({ purged_entries: next.purged });
      checkpoint = next;
    }
    return checkpoint;
  }

  /** False: somebody uses it, or writes what stays. Its old entries go in batches then. */
  private async dropPartition(
    name: string,
    { eventTypes: types }: PurgeScope,
    next: Checkpoint,
    context: JobContext,
  ): Promise<boolean> {
    try {
      await context.advance(next, async () => {
        if (!(await this.repository.dropPartition(name, types))) throw new StillNeeded();
      });
      return true;
    } catch (error) {
      if (!(error instanceof StillNeeded) && !busy.has((error as { code?: unknown }).code)) throw error;
      context.log(`${name}: in use, its entries are deleted in batches`);
      return false;
    }
  }

  private async deleteBatches(scope: PurgeScope, start: Checkpoint, context: JobContext): Promise<Checkpoint> {
    let checkpoint = start;
    for (;;) {
      context.signal.throwIfAborted();
      const { position, purged } = checkpoint;
      const batch = await this.repository.nextBatch(scope, position, batchSize);
      if (!batch) return checkpoint;
      const { matching, last } = batch;
      checkpoint = { ...checkpoint, purged: purged + matching, position: last };
      await context.advance(checkpoint, () => this.repository.deleteBetween(scope.eventTypes, position, last));
      if (matching > 0) context.log(`deleted up to ${last.time}: ${checkpoint.purged} so far`);
      context.progress({ purged_entries: checkpoint.purged });
    }
  }
}

/** Undoes the drop of a partition. */
class StillNeeded extends Error {}

function eventTypes({ include_event_types: types }: PurgeParameters): string[] {
  return types.split(',').flatMap((type) => type.trim() || []);
}

function invalid(why: string): AppError {
  return new AppError('BAD_REQUEST', `invalid parameters of a purge: ${why}`, { reason: 'purge.parameters.invalid' });
}
