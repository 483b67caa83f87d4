import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler } from '@breakwater/executions';
import { DeliveryService } from '@breakwater/webhooks';
import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { HandlesJob } from '../engine/handles-job';

/** Slack takes one message a second from a webhook. */
const pauseMs = 1_000;

@Injectable()
@HandlesJob('SLACK')
export class SlackJob implements JobHandler<'SLACK'> {
  constructor(private readonly deliveries: DeliveryService) {}

  async run(payload: JobPayload<'SLACK'>, context: JobContext): Promise<void> {
    await sleep(pauseMs, undefined, { signal: context.signal }).catch(() => context.signal.throwIfAborted());
    await this.deliveries.deliver(payload, context);
  }
}
