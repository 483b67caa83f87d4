import type { NotifyType, PayloadFormat } from '../event-types';
import type { Notification } from '../notification';
import { cloudEventsPayload } from './cloud-events';
import { defaultPayload, type Payload } from './payload';
import { slackPayload } from './slack';
import { teamsPayload } from './teams';
import { templatePayload } from './template';

/** What decides the form of a payload. */
export interface PayloadChoice {
  policyId: number;
  type: NotifyType;
  /** Of type http only. */
  format: PayloadFormat;
  /** Of format Template only. */
  template: string;
}

export function payloadFor(notification: Notification, { policyId, type, format, template }: PayloadChoice): Payload {
  if (type === 'slack') return slackPayload(notification);
  if (type === 'teams') return teamsPayload(notification);
  if (format === 'CloudEvents') return cloudEventsPayload(notification, policyId);
  return format === 'Template' ? templatePayload(notification, template) : defaultPayload(notification);
}
