import { z } from 'zod';
import { eventActor } from './events';

/** What a job is: what it is told, and how the engine treats it. */
export interface JobDeclaration<Payload extends z.ZodType = z.ZodType> {
  payload: Payload;
  /** Tasks that one replica of the job service runs at once. */
  concurrency: number;
  /** One task at a time on the whole platform. */
  exclusive: boolean;
  /** How often a run may fail: then its failure is final. */
  attempts: number;
  /** Before it is tried again; each further wait doubles, up to the most. */
  backoffSeconds: number;
  maxBackoffSeconds: number;
  /** A run that takes longer is ended and counts as failed. */
  timeoutSeconds: number;
}

const hour = 3_600;
const id = z.number().int().positive();

const standard = {
  concurrency: 1,
  exclusive: false,
  attempts: 3,
  backoffSeconds: 5,
  maxBackoffSeconds: 300,
  timeoutSeconds: 24 * hour,
};

function job<Payload extends z.ZodType>(
  payload: Payload,
  options: Partial<Omit<JobDeclaration, 'payload'>> = {},
): JobDeclaration<Payload> {
  return { ...standard, ...options, payload };
}

/** One event for one target: what is sent is fixed, so that every attempt sends the same. */
const delivery = z.object({
  policyId: id,
  targetId: z.string(),
  /** The same however often it is sent. */
  eventId: z.string(),
  eventType: z.string(),
  /** When it happened, RFC 3339. */
  occurredAt: z.iso.datetime(),
  contentType: z.string(),
  body: z.string(),
});
/** Outlasts a receiver that is away for three quarters of an hour. */
const patient = { attempts: 12, backoffSeconds: 2, maxBackoffSeconds: 900, timeoutSeconds: 600 };

/** Imports and garbage collections take turns: one believes the files that the other removes. */
export const storedBlobsTurns = 'stored-blobs';

/** Every background job, named as in Harbor where it has it. The job service starts only when each has one handler. */
export const jobs = {
  /** Removes executions that are too many, old logs, and worker pools that are no more. */
  EXECUTION_SWEEP: job(z.object({}), { exclusive: true, timeoutSeconds: hour }),
  PURGE_AUDIT_LOG: job(
    z.object({
      /** Entries older than this go. */
      retentionHours: z.number().int().min(0),
      /** Operations and resources, `create_artifact`; others stay. */
      eventTypes: z.array(z.string()),
      dryRun: z.boolean(),
    }),
    { exclusive: true },
  ),
  /** Deleted artifacts whose time to be restored is over go for good. */
  ARTIFACT_PURGE: job(z.object({}), { exclusive: true }),
  /** A project goes with all that is in it. */
  PROJECT_DELETE: job(
    z.object({
      projectId: id,
      project: z.string(),
      /** Without it, an immutable tag ends the job. */
      deleteImmutable: z.boolean(),
      actor: eventActor,
    }),
    { concurrency: 2 },
  ),
  /** Compares what quotas say with what projects hold, and corrects it. */
  QUOTA_RECONCILE: job(z.object({}), { exclusive: true }),
  WEBHOOK: job(delivery, { ...patient, concurrency: 10 }),
  /** One at a time: Slack takes one message a second. */
  SLACK: job(delivery, patient),
  GARBAGE_COLLECTION: job(
    z.object({
      deleteUntagged: z.boolean(),
      dryRun: z.boolean(),
      /** Batches of blobs removed at the same time. */
      workers: z.number().int().min(1).max(10),
    }),
    { exclusive: true, timeoutSeconds: 7 * 24 * hour },
  ),
  /** Reads every blob again and compares it with its digest. */
  BLOB_SCRUB: job(z.object({ bytesPerSecond: z.number().int().positive() }), {
    exclusive: true,
    timeoutSeconds: 30 * 24 * hour,
  }),
  /** Makes rows of what a distribution registry left in storage. */
  STORAGE_IMPORT: job(
    z.object({
      /** Of repositories whose name has no project in front. */
      project: z.string(),
    }),
    { exclusive: true, timeoutSeconds: 7 * 24 * hour },
  ),
  /**
   * Verifies signatures: of those digests, or of all of the repository whose verdicts are out of date; without a
   * repository, of all of the project.
   */
  VERIFY_SIGNATURES: job(
    z.object({ projectId: id, repositoryId: id.nullable(), digests: z.array(z.string()).max(500).nullable() }),
    { concurrency: 4, attempts: 8, timeoutSeconds: 6 * hour },
  ),
  /** Old role files of Notary's trust data go, a while after newer ones took their place. */
  TRUST_PRUNE: job(z.object({ retentionDays: z.number().int().min(1) }), { exclusive: true }),
  RETENTION: job(z.object({ policyId: id, repository: z.string(), dryRun: z.boolean() }), { concurrency: 4 }),
} as const satisfies Record<string, JobDeclaration>;

export type JobType = keyof typeof jobs;
export type JobPayload<T extends JobType> = z.output<(typeof jobs)[T]['payload']>;
