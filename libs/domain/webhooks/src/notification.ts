import type { EventTopic } from '@breakwater/contracts';
import type { PublishedEvent } from '@breakwater/events';
import { eventData, type EventData, type EventFacts } from './event-data';
import { eventId } from './event-id';
import type { EventType } from './event-types';

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

/** The events that webhooks tell of. */
export const notifiedTopics = [
  'artifact.pushed',
  'artifact.pulled',
  'artifact.deleted',
  'quota.exceeded',
  'quota.warned',
  'scan.finished',
  'replication.finished',
  'retention.finished',
] as const satisfies EventTopic[];

export type NotifiedEvent = PublishedEvent<(typeof notifiedTopics)[number]>;

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

const typeOfTopic = {
  'artifact.pushed': 'PUSH_ARTIFACT',
  'artifact.pulled': 'PULL_ARTIFACT',
  'artifact.deleted': 'DELETE_ARTIFACT',
  'quota.exceeded': 'QUOTA_EXCEED',
  'quota.warned': 'QUOTA_WARNING',
  'replication.finished': 'REPLICATION',
  'retention.finished': 'TAG_RETENTION',
} as const satisfies Record<Exclude<NotifiedEvent['topic'], 'scan.finished'>, EventType>;

const typeOfScan = {
  completed: 'SCANNING_COMPLETED',
  failed: 'SCANNING_FAILED',
  stopped: 'SCANNING_STOPPED',
} as const satisfies Record<string, EventType>;

export function eventTypeOf(event: NotifiedEvent): EventType {
  return event.topic === 'scan.finished' ? typeOfScan[event.payload.outcome] : typeOfTopic[event.topic];
}
