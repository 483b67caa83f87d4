import type { JobType } from '@breakwater/contracts';
import type { Schedule } from '@breakwater/executions';
import { DiscoveryService } from '@nestjs/core';

/** Marks the `JobHandler` of a type: a provider, exactly one for each type in the table of jobs. */
export const HandlesJob = DiscoveryService.createDecorator<JobType>();

/** Starts what a schedule is for. */
export interface ScheduleStarter {
  /** Runs in the transaction that moves the schedule on. `key`: of this instant; hand it to `ExecutionsService.start`. */
  start(schedule: Schedule, key: string): Promise<void>;
}

/** Marks the `ScheduleStarter` of a vendor type: a provider, exactly one for each type that can be scheduled. */
export const StartsSchedule = DiscoveryService.createDecorator<string>();
