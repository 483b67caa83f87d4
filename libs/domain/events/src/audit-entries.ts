import type { EventTopic } from '@breakwater/contracts';
import type { PublishedEvent } from './event-subscriber';

/**
 * The events that the audit log tells of: every change of what a project holds. The others are no changes, or follow from
 * changes that are here: what a retention run deletes is told of artifact by artifact.
 */
export const auditedTopics = [
  'artifact.pushed',
  'artifact.deleted',
  'artifact.restored',
  'artifact.purged',
  'tag.created',
  'tag.deleted',
  'repository.deleted',
] as const satisfies EventTopic[];

export type AuditedEvent = PublishedEvent<(typeof auditedTopics)[number]>;

export interface AuditEntry {
  projectId: number;
  username: string;
  operation: 'create' | 'delete' | 'restore' | 'purge';
  resourceType: 'artifact' | 'tag' | 'repository';
  /** `library/app:v1`, `library/app@sha256:…`, `library/app` */
  resource: string;
  description: string;
  sourceAddress: string;
  time: Date;
}

/** One entry for each name that a push gave, else one for the digest. */
export function auditEntries({ topic, payload, creationTime }: AuditedEvent): AuditEntry[] {
  const common = {
    projectId: payload.projectId,
    username: payload.actor.name,
    sourceAddress: payload.actor.address,
    time: creationTime,
  };
  const entry = (operation: AuditEntry['operation'], resourceType: AuditEntry['resourceType'], resource: string) => ({
    ...common,
    operation,
    resourceType,
    resource,
    description: `${operation} ${resourceType}: ${resource}`,
  });
  const named = (tag: string) => `${payload.repository}:${tag}`;
  const bare = (digest: string) => `${payload.repository}@${digest}`;
  switch (topic) {
    case 'artifact.pushed':
      if (payload.tags.length === 0) return [entry('create', 'artifact', bare(payload.digest))];
      return payload.tags.map((tag) => entry('create', 'artifact', named(tag)));
    case 'artifact.deleted':
      return [entry('delete', 'artifact', bare(payload.digest))];
    case 'artifact.restored':
      return [entry('restore', 'artifact', bare(payload.digest))];
    case 'artifact.purged':
      return [entry('purge', 'artifact', bare(payload.digest))];
    case 'tag.created':
      return [entry('create', 'tag', named(payload.tag))];
    case 'tag.deleted':
      return [entry('delete', 'tag', named(payload.tag))];
    case 'repository.deleted':
      return [entry('delete', 'repository', payload.repository)];
  }
}
