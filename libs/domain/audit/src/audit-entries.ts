import type { EventActor, EventTopic } from '@breakwater/contracts';
import type { PublishedEvent } from '@breakwater/events';

/**
 * The events that the audit log tells of: every change of what a project holds, what people and robots did besides, and
 * pulls. The others follow from events that are here: what a retention run deletes is told of artifact by artifact.
 */
export const auditedTopics = [
  'artifact.pushed',
  'artifact.deleted',
  'artifact.restored',
  'artifact.purged',
  'artifact.pulled',
  'tag.created',
  'tag.restored',
  'tag.deleted',
  'signed-tag.replaced',
  'repository.deleted',
  'action.audited',
] as const satisfies EventTopic[];

export type AuditedEvent = PublishedEvent<(typeof auditedTopics)[number]>;

export interface AuditEntry {
  /** Null: of the system. */
  projectId: number | null;
  username: string;
  operation: string;
  resourceType: string;
  /** `library/app:v1`, `library/app@sha256:…`, `library/app`, a name */
  resource: string;
  description: string;
  succeeded: boolean;
  sourceAddress: string;
  userAgent: string;
  time: Date;
}

/** As settings and purges name it: `create_artifact`. */
export function eventTypeOf({ operation, resourceType }: AuditEntry): string {
  return `${operation}_${resourceType}`;
}

type ChangeEvent = Exclude<AuditedEvent, { topic: 'action.audited' }>;

const kinds: Record<ChangeEvent['topic'], readonly [operation: string, resourceType: string]> = {
  'artifact.pushed': ['create', 'artifact'],
  'artifact.deleted': ['delete', 'artifact'],
  'artifact.restored': ['restore', 'artifact'],
  'artifact.purged': ['purge', 'artifact'],
  'artifact.pulled': ['pull', 'artifact'],
  'tag.created': ['create', 'tag'],
  'tag.restored': ['restore', 'tag'],
  'tag.deleted': ['delete', 'tag'],
  'signed-tag.replaced': ['replace', 'signed_tag'],
  'repository.deleted': ['delete', 'repository'],
};

/** One entry for each name that a push gave, else one for the digest. */
export function auditEntries(event: AuditedEvent): AuditEntry[] {
  if (event.topic === 'action.audited') return [actionEntry(event)];
  const [operation, resourceType] = kinds[event.topic];
  return resourcesOf(event).map((resource) => ({
    ...common(event),
    operation,
    resourceType,
    resource,
    description: `${operation} ${resourceType}: ${resource}${replacementIn(event)}${signaturesIn(event)}`,
    succeeded: true,
  }));
}

function replacementIn({ topic, payload }: ChangeEvent): string {
  if (topic !== 'signed-tag.replaced') return '';
  return `, signed as ${payload.oldDigest}, by ${payload.newDigest}, which is not signed`;
}

/** Of what was deleted although it is signed: who reads the log need not look for trust data of then. */
function signaturesIn({ payload }: ChangeEvent): string {
  if (!('signed' in payload) || payload.signed === undefined) return '';
  const said = payload.signed.map(
    ({ tag, gun, roles, digests }) => `${tag} by ${roles.join(' and ')} of ${gun} for ${digests.join(' and ')}`,
  );
  return `, confirmed although Notary signs ${said.join('; ')}`;
}

function resourcesOf({ topic, payload }: ChangeEvent): string[] {
  const { repository } = payload;
  if (topic === 'repository.deleted') return [repository];
  if (topic === 'artifact.pushed' && payload.tags.length > 0) return payload.tags.map((tag) => `${repository}:${tag}`);
  if (topic === 'signed-tag.replaced') return [`${repository}:${payload.tag}`];
  if ('tag' in payload && payload.tag !== undefined) return [`${repository}:${payload.tag}`];
  return [`${repository}@${payload.digest}`];
}

function actionEntry(event: Extract<AuditedEvent, { topic: 'action.audited' }>): AuditEntry {
  const { event: type, resource, description, succeeded } = event.payload;
  const [operation = '', ...words] = type.split('_');
  const resourceType = words.join('_');
  return { ...common(event), operation, resourceType, resource, description, succeeded };
}

function common({ payload, creationTime }: AuditedEvent) {
  const { actor, projectId }: { actor: EventActor; projectId: number | null } = payload;
  const { name: username, address: sourceAddress, userAgent } = actor;
  return { projectId, username, sourceAddress, userAgent, time: creationTime };
}
