import type { EventTopic } from '@breakwater/contracts';
import type { PublishedEvent } from '@breakwater/events';
import type { EventType } from './event-types';

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
  'signed-tag.replaced',
] as const satisfies EventTopic[];

export type NotifiedEvent = PublishedEvent<(typeof notifiedTopics)[number]>;

const typeOfTopic = {
  'artifact.pushed': 'PUSH_ARTIFACT',
  'artifact.pulled': 'PULL_ARTIFACT',
  'artifact.deleted': 'DELETE_ARTIFACT',
  'quota.exceeded': 'QUOTA_EXCEED',
  'quota.warned': 'QUOTA_WARNING',
  'replication.finished': 'REPLICATION',
  'retention.finished': 'TAG_RETENTION',
  'signed-tag.replaced': 'SIGNED_TAG_REPLACED',
} as const satisfies Record<Exclude<NotifiedEvent['topic'], 'scan.finished'>, EventType>;

const typeOfScan = {
  completed: 'SCANNING_COMPLETED',
  failed: 'SCANNING_FAILED',
  stopped: 'SCANNING_STOPPED',
} as const satisfies Record<string, EventType>;

export function eventTypeOf(event: NotifiedEvent): EventType {
  return event.topic === 'scan.finished' ? typeOfScan[event.payload.outcome] : typeOfTopic[event.topic];
}
