/** What a policy may ask for, in the order of Harbor's API, with the types of their CloudEvents (ecosystem.md section 4). */
const cloudEventTypes = {
  PUSH_ARTIFACT: 'harbor.artifact.pushed',
  PULL_ARTIFACT: 'harbor.artifact.pulled',
  DELETE_ARTIFACT: 'harbor.artifact.deleted',
  QUOTA_EXCEED: 'harbor.quota.exceeded',
  QUOTA_WARNING: 'harbor.quota.warned',
  SCANNING_FAILED: 'harbor.scan.failed',
  SCANNING_STOPPED: 'harbor.scan.stopped',
  SCANNING_COMPLETED: 'harbor.scan.completed',
  REPLICATION: 'harbor.replication.status.changed',
  TAG_RETENTION: 'harbor.tag_retention.finished',
  // Not in Harbor.
  SIGNED_TAG_REPLACED: 'breakwater.signed_tag.replaced',
} as const;

export type EventType = keyof typeof cloudEventTypes;

export const eventTypes = Object.keys(cloudEventTypes) as EventType[];

export function cloudEventType(type: EventType): string {
  return cloudEventTypes[type];
}

/** `teams` is an addition to Harbor's. */
export const notifyTypes = ['http', 'slack', 'teams'] as const;
export type NotifyType = (typeof notifyTypes)[number];

/** Of targets of type http; the others have a form of their own. `Template` is an addition to Harbor's. */
export const payloadFormats = ['Default', 'CloudEvents', 'Template'] as const;
export type PayloadFormat = (typeof payloadFormats)[number];
