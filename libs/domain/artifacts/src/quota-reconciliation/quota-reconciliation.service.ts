import type { JobContext } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { QuotasService } from '@breakwater/quotas';
import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { ProjectChanges } from '../usage/project-changes';
import { QuotaDriftRepository, type QuotaComparison } from './quota-drift.repository';

/** Projects looked at between two checkpoints. */
const batchSize = 20;

const progressSchema = z.object({
  /** The last project that was looked at. */
  after: z.number(),
  projects: z.number(),
  drifted: z.number(),
  bytes: z.number(),
});

/** Of one project: by how many bytes its quota was wrong, either way. */
export interface Reconciled {
  projectId: number;
  bytes: number;
}

/** Compares quotas with what projects hold, and corrects them: usage is counted with each change, and should never drift. */
@Injectable()
export class QuotaReconciliation {
  private readonly logger = new Logger(QuotaReconciliation.name);

  constructor(
    private readonly drift: QuotaDriftRepository,
    private readonly changes: ProjectChanges,
    private readonly quotas: QuotasService,
  ) {}

  /** Every project once, a few at a time; `tell` hears of each that had drifted. */
  async run(context: JobContext, tell: (reconciled: Reconciled) => void): Promise<void> {
    let progress = progressSchema.parse(context.checkpoint ?? { after: 0, projects: 0, drifted: 0, bytes: 0 });
    for (;;) {
      const ids = await this.drift.projectsAfter(progress.after, batchSize);
      if (ids.length === 0) break;
      for (const projectId of ids) {
        context.signal.throwIfAborted();
        const reconciled = await this.reconcile(projectId);
        progress = { ...progress, after: projectId, projects: progress.projects + 1 };
        if (!reconciled) continue;
        progress = { ...progress, drifted: progress.drifted + 1, bytes: progress.bytes + reconciled.bytes };
        context.log(`project ${projectId}: its quota was wrong by ${reconciled.bytes} bytes`);
        tell(reconciled);
      }
      await context.advance(progress);
      context.progress(shown(progress));
    }
    context.result(shown(progress));
  }

  /** Undefined when the project's quota is right, or the project gone. Its lock is taken only to correct it. */
  async reconcile(projectId: number): Promise<Reconciled | undefined> {
    if (!hasDrifted(await this.drift.compare(projectId))) return undefined;
    try {
      return await this.changes.inProject(projectId, async (quota) => {
        const comparison = await this.drift.compare(projectId);
        if (!comparison || !hasDrifted(comparison)) return undefined;
        this.logger.warn({ projectId, ...comparison }, 'a quota had drifted from what the project holds');
        await this.drift.recount(projectId);
        await this.quotas.correct(quota, comparison.expected);
        return { projectId, bytes: Math.abs(comparison.expected - comparison.used) };
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }
}

function hasDrifted(comparison: QuotaComparison | undefined): boolean {
  if (!comparison) return false;
  const { used, expected, missing, surplus } = comparison;
  return used !== expected || missing > 0 || surplus > 0;
}

const shown = ({ projects, drifted, bytes }: z.output<typeof progressSchema>) => ({
  checked_projects: projects,
  drifted_projects: drifted,
  corrected_bytes: bytes,
});
