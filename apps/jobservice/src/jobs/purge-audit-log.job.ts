import type { JobPayload } from '@breakwater/contracts';
import { AuditPurgeService } from '@breakwater/audit';
import type { JobContext, JobHandler, Schedule } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { HandlesJob, StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

/** Removes old entries of the audit log, by hand or on its schedule. */
@Injectable()
@HandlesJob('PURGE_AUDIT_LOG')
@StartsSchedule('PURGE_AUDIT_LOG')
export class PurgeAuditLogJob implements JobHandler<'PURGE_AUDIT_LOG'>, ScheduleStarter {
  constructor(private readonly purge: AuditPurgeService) {}

  run(payload: JobPayload<'PURGE_AUDIT_LOG'>, context: JobContext): Promise<void> {
    return this.purge.run(payload, context);
  }

  async start({ parameters }: Schedule, key: string): Promise<void> {
    await this.purge.start(this.purge.readParameters(parameters), 'SCHEDULE', key);
  }
}
