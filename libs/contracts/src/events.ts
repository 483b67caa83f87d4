import { z } from 'zod';

const id = z.number().int().positive();
const digest = z.string();

/** Who made a change, and from where. */
export const eventActor = z.object({ name: z.string(), address: z.string(), userAgent: z.string() });
export type EventActor = z.output<typeof eventActor>;

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
  'tag.deleted': z.object({ ...inRepository, digest, tag: z.string() }),
  'repository.deleted': z.object({ ...inRepository }),
} as const satisfies Record<string, z.ZodType>;

export type EventTopic = keyof typeof events;
export type EventPayload<T extends EventTopic> = z.output<(typeof events)[T]>;
