import { ProjectRemovalService } from '@breakwater/artifacts';
import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { HandlesJob } from '../engine/handles-job';

@Injectable()
@HandlesJob('PROJECT_DELETE')
export class ProjectDeleteJob implements JobHandler<'PROJECT_DELETE'> {
  constructor(private readonly removal: ProjectRemovalService) {}

  run(payload: JobPayload<'PROJECT_DELETE'>, context: JobContext): Promise<void> {
    return this.removal.run(payload, context);
  }
}
