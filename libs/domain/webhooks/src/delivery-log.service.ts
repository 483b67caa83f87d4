import { jobs } from '@breakwater/contracts';
import { ExecutionsService } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { vendorTypes, type WebhookJobType } from './vendor-types';
import { WebhookDeliveriesRepository, type DeliveryRow } from './webhook-deliveries.repository';

/** What was sent for a policy, and sending it again. */
@Injectable()
export class DeliveryLog {
  constructor(
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly executions: ExecutionsService,
  ) {}

  /** Newest first. */
  list(
    policyId: number,
    page: Pick<ListOptions, 'page' | 'pageSize'>,
  ): Promise<{ items: DeliveryRow[]; total: number }> {
    return this.deliveries.list(policyId, vendorTypes, page);
  }

  /**
   * Sends the same once more, under the same event id. Answers the new execution's id. Throws NOT_FOUND, and
   * PRECONDITION while the first is on its way.
   */
  async redeliver(policyId: number, executionId: number): Promise<number> {
    const before = await this.executions.get(executionId, { vendorTypes, vendorId: policyId });
    if (!before.endTime)
      throw new AppError('PRECONDITION', `execution ${executionId} is still being delivered`, {
        reason: 'webhook.delivery.running',
      });
    const [task] = (await this.executions.listTasks(executionId, onlyOne)).items;
    if (!task) throw new AppError('NOT_FOUND', `execution ${executionId} has no task`);
    const job = before.vendorType as WebhookJobType;
    const payload = { ...jobs[job].payload.parse(task.payload), occurredAt: new Date().toISOString() };
    const id = await this.executions.start({
      vendorType: job,
      vendorId: policyId,
      trigger: 'MANUAL',
      extraAttrs: { ...pick(before.extraAttrs), redelivery_of: executionId },
      tasks: [{ job, payload }],
    });
    return id as number;
  }
}

const onlyOne: ListOptions = { filters: [], sorts: [], page: 1, pageSize: 1 };

function pick({ event_type, payload, notify_type }: Record<string, unknown>): Record<string, unknown> {
  return { event_type, payload, notify_type };
}
