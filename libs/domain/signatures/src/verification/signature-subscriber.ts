import type { EventSubscriber, PublishedEvent } from '@breakwater/events';
import { ExecutionsService } from '@breakwater/executions';
import { advisoryLocks } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { PendingSubjectsRepository, type TouchedArtifact } from './pending-subjects.repository';
import { payloadsOf } from './verification-payloads';
import { verificationStart } from './verification-task';

const topics = [
  'artifact.pushed',
  'artifact.restored',
  'artifact.deleted',
  'trust-policy.changed',
  'trust-data.changed',
] as const;
type HeardEvent = PublishedEvent<(typeof topics)[number]>;
type PolicyEvent = Extract<HeardEvent, { topic: 'trust-policy.changed' }>;
type NotaryEvent = Extract<HeardEvent, { topic: 'trust-data.changed' }>;
type ArtifactEvent = Exclude<HeardEvent, PolicyEvent | NotaryEvent>;

/** Starts verifications: of what was signed, or lost a signature, and of a whole project when its policy has changed. */
@Injectable()
export class SignatureSubscriber implements EventSubscriber<(typeof topics)[number]> {
  readonly name = 'signatures';
  readonly topics = topics;
  readonly lock = advisoryLocks.signatureEvents;

  constructor(
    private readonly subjects: PendingSubjectsRepository,
    private readonly executions: ExecutionsService,
  ) {}

  async hear(events: HeardEvent[]): Promise<void> {
    const policies = events.filter((event): event is PolicyEvent => event.topic === 'trust-policy.changed');
    const changed = new Set(policies.map(({ payload }) => payload.projectId));
    const notary = events.filter((event): event is NotaryEvent => event.topic === 'trust-data.changed');
    const artifacts = events.filter((event): event is ArtifactEvent => 'artifactId' in event.payload);
    // What was pushed into these is verified with the rest.
    for (const projectId of changed) {
      const everything = { projectId, repositoryId: null, digests: null };
      await this.start([everything], 'the trust policy has changed');
    }
    const published = await this.subjects.repositories(notary.map(({ payload }) => payload.repository));
    const ofNotary = published.filter(({ projectId }) => !changed.has(projectId));
    for (const repository of ofNotary)
      await this.start([{ ...repository, digests: null }], "Notary's trust data has changed");
    const pushed = artifacts.filter(({ payload }) => !changed.has(payload.projectId)).map(touched);
    const payloads = payloadsOf(pushed.length > 0 ? await this.subjects.touchedBy(pushed) : []);
    for (const payload of payloads) await this.start([payload], 'signatures were pushed, restored or deleted');
  }

  private async start(payloads: Parameters<typeof verificationStart>[0], why: string): Promise<void> {
    await this.executions.start(verificationStart(payloads, { trigger: 'EVENT', why }));
  }
}

function touched({ topic, payload }: ArtifactEvent): TouchedArtifact {
  const { artifactId, repositoryId, digest } = payload;
  return { artifactId, repositoryId, digest, deleted: topic === 'artifact.deleted' };
}
