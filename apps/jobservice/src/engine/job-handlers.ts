import type { JobType } from '@breakwater/contracts';
import type { JobHandler } from '@breakwater/executions';
import { JOB_TABLE, type JobTable } from '@breakwater/platform';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { HandlesJob, StartsSchedule, type ScheduleStarter } from './handles-job';

/** Who does which job, and who starts what a schedule is for. Exactly one for each, else the process does not start. */
@Injectable()
export class JobHandlers implements OnModuleInit {
  private readonly handlers = new Map<string, JobHandler<JobType>>();
  private readonly starters = new Map<string, ScheduleStarter>();

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(JOB_TABLE) private readonly table: JobTable,
  ) {}

  onModuleInit(): void {
    const handlers = this.marked<JobHandler<JobType>>(HandlesJob);
    const starters = this.marked<ScheduleStarter>(StartsSchedule);
    const problems = [
      ...[...new Set([...Object.keys(this.table), ...handlers.keys()])].flatMap((type) =>
        this.problemOf(type, handlers.get(type)?.length ?? 0),
      ),
      ...[...starters].flatMap(([type, found]) =>
        found.length === 1 ? [] : [`Schedules of ${type} have ${found.length} starters, expected 1`],
      ),
    ];
    if (problems.length > 0) throw new Error(problems.join('\n'));
    for (const [type, [handler]] of handlers) if (handler) this.handlers.set(type, handler);
    for (const [type, [starter]] of starters) if (starter) this.starters.set(type, starter);
  }

  handlerOf(type: string): JobHandler<JobType> {
    const handler = this.handlers.get(type);
    if (!handler) throw new Error(`nobody handles ${type}`);
    return handler;
  }

  /** Undefined: a schedule that this build knows nothing of. */
  starterOf(vendorType: string): ScheduleStarter | undefined {
    return this.starters.get(vendorType);
  }

  private problemOf(type: string, found: number): string[] {
    if (!(type in this.table)) return [`${type} is handled, but there is no such job`];
    return found === 1 ? [] : [`Job ${type} has ${found} handlers, expected 1`];
  }

  private marked<T>(decorator: typeof HandlesJob | typeof StartsSchedule): Map<string, T[]> {
    const found = new Map<string, T[]>();
    for (const wrapper of this.discovery.getProviders({ metadataKey: decorator.KEY })) {
      const type = this.discovery.getMetadataByDecorator(decorator as typeof StartsSchedule, wrapper);
      if (type !== undefined) found.set(type, [...(found.get(type) ?? []), wrapper.instance as T]);
    }
    return found;
  }
}
