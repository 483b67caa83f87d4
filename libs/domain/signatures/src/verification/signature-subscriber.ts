import type { EventSubscriber, PublishedEvent } from '@breakwater/events';
import { ExecutionsService } from '@breakwater/executions';
import { advisoryLocks } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { SubjectRef } from '../signatures.repository';
import { PendingSubjectsRepository } from './pending-subjects.repository';
import { payloadsOf } from './verification-payloads';
import { verificationStart } from './verification-task';

const topics = ['artifact.pushed', 'artifact.restored', 'artifact.deleted', 'trust-policy.changed'] as const;
type HeardEvent = PublishedEvent<(typeof topics)[number]>;
type ArtifactEvent = Exclude<HeardEvent, { topic: 'trust-policy.changed' }>;

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
    const changed = new Set(
      events.flatMap((event) => (event.topic === 'trust-policy.changed' ? [event.payload.projectId] : [])),
    );
    const ofArtifacts = events.filter((event): event is ArtifactEvent => event.topic !== 'trust-policy.changed');
    await this.startForArtifacts(ofArtifacts.filter(({ payload }) => !changed.has(payload.projectId)));
    // What was pushed into them is verified with the rest.
    for (const projectId of changed) {
      const everything = { projectId, repositoryId: null, digests: null };
      const why = 'the trust policy has changed';
      await this.executions.start(verificationStart([everything], { trigger: 'EVENT', why }));
    }
  }

  private async startForArtifacts(events: readonly ArtifactEvent[]): Promise<void> {
    if (events.length === 0) return;
    const artifacts = events.map(({ topic, payload }) => ({
      artifactId: payload.artifactId,
      repositoryId: payload.repositoryId,
      digest: payload.digest,
      deleted: topic === 'artifact.deleted',
    }));
    await this.start(await this.subjects.touchedBy(artifacts));
  }

  private async start(found: readonly SubjectRef[]): Promise<void> {
    for (const payload of payloadsOf(found)) {
      const why = 'signatures were pushed, restored or deleted';
      await this.executions.start(verificationStart([payload], { trigger: 'EVENT', why }));
    }
  }
}
