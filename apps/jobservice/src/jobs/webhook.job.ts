import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler } from '@breakwater/executions';
import { DeliveryService } from '@breakwater/webhooks';
import { Injectable } from '@nestjs/common';
import { HandlesJob } from '../engine/handles-job';

@Injectable()
@HandlesJob('WEBHOOK')
export class WebhookJob implements JobHandler<'WEBHOOK'> {
  constructor(private readonly deliveries: DeliveryService) {}

  run(payload: JobPayload<'WEBHOOK'>, context: JobContext): Promise<void> {
    return this.deliveries.deliver(payload, context);
  }
}
