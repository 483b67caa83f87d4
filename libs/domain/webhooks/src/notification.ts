import { eventData, type EventData, type EventFacts } from './event-data';
import { eventId } from './event-id';
import type { EventType } from './event-types';
import { eventTypeOf, type NotifiedEvent } from './notified-event';

/** An event as webhooks tell of it, before it takes a target's form. */
export interface Notification {
  /** The same however often it is sent: receivers know repeats by it. */
  id: string;
  type: EventType;
  occurredAt: Date;
  /** `admin`, `robot$library+ci`, `harbor-jobservice` */
  operator: string;
  projectId: number;
  data: EventData;
}

export function notificationOf(event: NotifiedEvent, facts: EventFacts): Notification {
  const { payload, creationTime } = event;
  return {
    id: eventId(event),
    type: eventTypeOf(event),
    occurredAt: creationTime,
    operator: payload.actor.name,
    projectId: payload.projectId,
    data: eventData(event, facts),
  };
}
