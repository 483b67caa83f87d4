import { ExecutionSweep, type JobContext, type JobHandler } from '@breakwater/executions';
import { CONFIG, keptExecutions, type JobserviceConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { HandlesJob } from '../engine/handles-job';

/** Removes what is too much of the jobs' history. */
@Injectable()
@HandlesJob('EXECUTION_SWEEP')
export class ExecutionSweepJob implements JobHandler<'EXECUTION_SWEEP'> {
  constructor(
    private readonly sweep: ExecutionSweep,
    @Inject(CONFIG) private readonly config: JobserviceConfig,
  ) {}

  async run(_payload: object, context: JobContext): Promise<void> {
    let removed = 0;
    for (const type of await this.sweep.vendorTypes()) {
      const kept = keptExecutions(this.config, type);
      for (let some; (some = await this.sweep.removeExecutions(type, kept)) > 0;) {
        removed += some;
        context.log(`${some} executions of ${type} removed, the newest ${kept} are kept`);
        context.progress({ removed_executions: removed });
        context.signal.throwIfAborted();
      }
    }
    const logs = await this.sweep.dropLogs(this.config.JOB_LOG_RETENTION_DAYS);
    if (logs.length > 0) context.log(`logs dropped: ${logs.join(', ')}`);
    context.result({ removed_executions: removed, dropped_logs: logs });
  }
}
