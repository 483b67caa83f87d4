import { z } from 'zod';

const id = z.number().int().positive();
const digest = z.string();

/** Who made a change, and from where. */
export const eventActor = z.object({ name: z.string(), address: z.string(), userAgent: z.string() });
export type EventActor = z.output<typeof eventActor>;

const inProject = { projectId: id, project: z.string(), actor: eventActor };
const refusedOrWarned = {
  ...inProject,
  repository: z.string(),
  digest: digest.optional(),
  tag: z.string().optional(),
  /** For people. */
  details: z.string(),
};
/** Tags that were deleted although Notary signs them, which somebody has confirmed; `gun`: under which name. */
const signed = z
  .array(z.object({ tag: z.string(), gun: z.string(), roles: z.array(z.string()), digests: z.array(z.string()) }))
  .optional();
const inRepository = { projectId: id, repositoryId: id, repository: z.string(), actor: eventActor };

/**
 * Every event of a change: topic → payload. It is written in the transaction of the change (outbox) and published at
 * least once, in the order of its key.
 */
export const events = {
  'artifact.pushed': z.object({
    ...inRepository,
    artifactId: id,
    digest,
    mediaType: z.string(),
    artifactType: z.string(),
    /** Tags that this push set. */
    tags: z.array(z.string()),
    /** The first push of this digest into this repository. */
    created: z.boolean(),
  }),
  'artifact.deleted': z.object({
    ...inRepository,
    artifactId: id,
    digest,
    artifactType: z.string(),
    tags: z.array(z.string()),
    signed,
  }),
  /** A deleted artifact is back, with the tags that were free. */
  'artifact.restored': z.object({
    ...inRepository,
    artifactId: id,
    digest,
    artifactType: z.string(),
    tags: z.array(z.string()),
  }),
  /** A deleted artifact can no longer be restored. Its repository need not be there any more. */
  'artifact.purged': z.object({
    projectId: id,
    repository: z.string(),
    actor: eventActor,
    artifactId: id,
    digest,
    artifactType: z.string(),
  }),
  'tag.created': z.object({ ...inRepository, artifactId: id, digest, tag: z.string() }),
  /** A tag points again to what it pointed to once. */
  'tag.restored': z.object({ ...inRepository, artifactId: id, digest, tag: z.string() }),
  /** A tag that pointed to something else moved; `moveId` is that of its history. */
  'tag.moved': z.object({
    ...inRepository,
    moveId: id,
    tag: z.string(),
    oldDigest: digest,
    newDigest: digest,
  }),
  'tag.deleted': z.object({ ...inRepository, digest, tag: z.string(), signed }),
  'repository.deleted': z.object({ ...inRepository }),
  /** Only where somebody wants to hear of it: reading is not a change, and many at once are dropped (decision 4). */
  'artifact.pulled': z.object({
    ...inProject,
    repository: z.string(),
    digest,
    /** Absent: by its digest. */
    tag: z.string().optional(),
  }),
  /** A push was refused. */
  'quota.exceeded': z.object(refusedOrWarned),
  /** A push brought the project over the share of its limit that is warned of. */
  'quota.warned': z.object(refusedOrWarned),
  /** Somebody did, or tried, what the audit log keeps and no other event tells of. */
  'action.audited': z.object({
    /** Null: of the system. It need not be there any more. */
    projectId: id.nullable(),
    actor: eventActor,
    /** `update_project`, `delete_access_token` */
    event: z.string().regex(/^[a-z]+(_[a-z]+)+$/),
    /** The name of what it was done to. */
    resource: z.string(),
    description: z.string(),
    succeeded: z.boolean(),
  }),
  'scan.finished': z.object({
    ...inRepository,
    digest,
    tags: z.array(z.string()),
    kind: z.enum(['vulnerability', 'sbom']),
    outcome: z.enum(['completed', 'failed', 'stopped']),
    /** By the report's media type. */
    overview: z.record(z.string(), z.unknown()),
  }),
  /** A task of a replication has ended; the report is as webhooks send it. */
  'replication.finished': z.object({ ...inProject, report: z.record(z.string(), z.unknown()) }),
  /** A retention run that deleted something has ended; the report is as webhooks send it. */
  'retention.finished': z.object({ ...inProject, report: z.record(z.string(), z.unknown()) }),
  /** Other signatures count in the project, or the certificates and keys are others: verdicts of before are old. */
  'trust-policy.changed': z.object({ projectId: id, version: z.number().int().positive() }),
  /** Notary's trust data of a repository was published or deleted. It may be there before anything was pushed. */
  'trust-data.changed': z.object({ gun: z.string(), repository: z.string() }),
  /** A tag whose digest was signed has moved to one that is not, and nobody has signed that since. Once for each move. */
  'signed-tag.replaced': z.object({ ...inRepository, tag: z.string(), oldDigest: digest, newDigest: digest }),
  /** What is known of who signed a digest comes to something else than what was told last; first told of, it was unsigned. */
  'signature.changed': z.object({
    projectId: id,
    repositoryId: id,
    repository: z.string(),
    digest,
    status: z.enum(['signed', 'unsigned', 'stale', 'expired', 'invalid']),
  }),
} as const satisfies Record<string, z.ZodType>;

export type EventTopic = keyof typeof events;
export type EventPayload<T extends EventTopic> = z.output<(typeof events)[T]>;
