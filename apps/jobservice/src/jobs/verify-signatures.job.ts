import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler } from '@breakwater/executions';
import { SignatureVerification } from '@breakwater/signatures';
import { Injectable } from '@nestjs/common';
import { HandlesJob } from '../engine/handles-job';

@Injectable()
@HandlesJob('VERIFY_SIGNATURES')
export class VerifySignaturesJob implements JobHandler<'VERIFY_SIGNATURES'> {
  constructor(private readonly verification: SignatureVerification) {}

  run(payload: JobPayload<'VERIFY_SIGNATURES'>, context: JobContext): Promise<void> {
    return this.verification.run(payload, context);
  }
}
