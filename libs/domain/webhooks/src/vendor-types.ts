import type { JobType } from '@breakwater/contracts';
import type { NotifyType } from './event-types';

const jobOf = { http: 'WEBHOOK', slack: 'SLACK', teams: 'WEBHOOK' } as const satisfies Record<NotifyType, JobType>;

export type WebhookJobType = (typeof jobOf)[NotifyType];

/** The job that sends to targets of that type; also the vendor type of its executions, as in Harbor. */
export function jobTypeOf(type: NotifyType): WebhookJobType {
  return jobOf[type];
}

export const vendorTypes: readonly WebhookJobType[] = ['WEBHOOK', 'SLACK'];
