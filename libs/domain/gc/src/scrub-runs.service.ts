import { ExecutionsService, type ExecutionTrigger } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { readRunParameters } from './run-parameters';

const mebibyte = 1024 * 1024;

const parametersSchema = z.object({
  bytes_per_second: z
    .number()
    .int()
    .min(64 * 1024)
    .default(50 * mebibyte),
});

/** What a scrub is told: kept with its schedule, shown with its runs. */
export type ScrubParameters = z.output<typeof parametersSchema>;

const vendorType = 'BLOB_SCRUB';

/** Starts scrubs; who does them is the job service. */
@Injectable()
export class ScrubRuns {
  constructor(private readonly executions: ExecutionsService) {}

  /** Throws BAD_REQUEST. */
  readParameters(parameters: Record<string, unknown>): ScrubParameters {
    return readRunParameters(parametersSchema, parameters, { words: 'a scrub', reason: 'scrub' });
  }

  /** Returns the execution's id; undefined when its key was started before. */
  start(parameters: ScrubParameters, trigger: ExecutionTrigger, key?: string): Promise<number | undefined> {
    return this.executions.start({
      vendorType,
      trigger,
      extraAttrs: parameters,
      key,
      tasks: [{ job: vendorType, payload: { bytesPerSecond: parameters.bytes_per_second } }],
    });
  }
}
