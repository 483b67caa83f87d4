import { cloudEventType } from '../event-types';
import type { Notification } from '../notification';
import type { Payload } from './payload';

/** CloudEvents 1.0, structured mode. `requestid` is the event's id: what caused it need not have been a request. */
export function cloudEventsPayload(notification: Notification, policyId: number): Payload {
  const { id, type, occurredAt, operator, projectId, data } = notification;
  return {
    contentType: 'application/cloudevents+json',
    body: JSON.stringify({
      specversion: '1.0',
      id,
      source: `/projects/${projectId}/webhook/policies/${policyId}`,
      type: cloudEventType(type),
      datacontenttype: 'application/json',
      time: occurredAt.toISOString(),
      data,
      operator,
      requestid: id,
    }),
  };
}
