import { storedBlobsTurns } from '@breakwater/contracts';
import { ExecutionsService, type ExecutionTrigger } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { readRunParameters } from './run-parameters';

const parametersSchema = z.object({
  delete_untagged: z.boolean().default(false),
  dry_run: z.boolean().default(false),
  workers: z.number().int().min(1).max(10).default(1),
});

/** What a collection is told, in the words of the management API: kept with its schedule, shown with its runs. */
export type GcParameters = z.output<typeof parametersSchema>;

const vendorType = 'GARBAGE_COLLECTION';

/** Starts collections; who does them is the job service. */
@Injectable()
export class GcRuns {
  constructor(private readonly executions: ExecutionsService) {}

  /** Throws BAD_REQUEST. */
  readParameters(parameters: Record<string, unknown>): GcParameters {
    return readRunParameters(parametersSchema, parameters, { words: 'garbage collection', reason: 'gc' });
  }

  /** Returns the execution's id; undefined when its key was started before. */
  start(parameters: GcParameters, trigger: ExecutionTrigger, key?: string): Promise<number | undefined> {
    const { delete_untagged: deleteUntagged, dry_run: dryRun, workers } = parameters;
    return this.executions.start({
      vendorType,
      trigger,
      extraAttrs: parameters,
      key,
      tasks: [{ job: vendorType, payload: { deleteUntagged, dryRun, workers }, serialKey: storedBlobsTurns }],
    });
  }
}
