import { storedBlobsTurns } from '@breakwater/contracts';
import { ExecutionsService } from '@breakwater/executions';
import { AppError, isProjectName } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';

export interface ImportParameters {
  /** Of repositories whose name has no project in front. */
  project: string;
}

const vendorType = 'STORAGE_IMPORT';

@Injectable()
export class ImportService {
  constructor(private readonly executions: ExecutionsService) {}

  /** Returns the execution's id. Throws BAD_REQUEST for a name that no project can have, CONFLICT while one goes on. */
  async start({ project }: ImportParameters): Promise<number> {
    if (!isProjectName(project))
      throw new AppError('BAD_REQUEST', `invalid project name ${JSON.stringify(project)}`, {
        reason: 'project.name.invalid',
      });
    const [running] = await this.executions.running(vendorType);
    if (running !== undefined)
      throw new AppError('CONFLICT', `import ${running} is not done yet`, { reason: 'import.running' });
    const tasks = [{ job: vendorType, payload: { project }, serialKey: storedBlobsTurns }] as const;
    const id = await this.executions.start({ vendorType, trigger: 'MANUAL', extraAttrs: { project }, tasks });
    return id as number;
  }
}
