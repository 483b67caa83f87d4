import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler } from '@breakwater/executions';
import { StorageImport } from '@breakwater/import';
import { Injectable } from '@nestjs/common';
import { HandlesJob } from '../engine/handles-job';

@Injectable()
@HandlesJob('STORAGE_IMPORT')
export class StorageImportJob implements JobHandler<'STORAGE_IMPORT'> {
  constructor(private readonly storageImport: StorageImport) {}

  run(payload: JobPayload<'STORAGE_IMPORT'>, context: JobContext): Promise<void> {
    return this.storageImport.run(payload, context);
  }
}
