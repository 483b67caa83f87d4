import { ExecutionsService } from '@breakwater/executions';
import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { SubjectRef } from '../signatures.repository';
import { PendingSubjectsRepository, type DueSubject } from './pending-subjects.repository';
import { payloadsOf } from './verification-payloads';
import { verificationStart } from './verification-task';

const dueAtOnce = 500;
const lookedAtOnce = 5_000;
const hourMs = 3_600_000;

/** Starts the verifications that time asks for, and those that nobody asked for. */
@Injectable()
export class SignatureRounds {
  /** The accessory that was looked at last; the rounds go through all of them over and over. */
  private after = 0;

  constructor(
    private readonly database: Database,
    private readonly subjects: PendingSubjectsRepository,
    private readonly executions: ExecutionsService,
  ) {}

  /** One round, in one replica at a time. Answers how many verifications it started. */
  run(now = new Date()): Promise<number> {
    return this.database.exclusively(advisoryLocks.signatureRounds, () => this.round(now), 0);
  }

  private async round(now: Date): Promise<number> {
    const due = await this.subjects.due(dueAtOnce);
    const { subjects, last } = await this.subjects.unverified(this.after, lookedAtOnce);
    const started = [
      await this.start(due, 'their time to be verified again has come', now),
      await this.start(subjects, 'nobody has verified them yet', now),
    ];
    this.after = last ?? 0;
    return started.reduce((sum, count) => sum + count, 0);
  }

  /**
   * The same set, due since the same time, is started once an hour: it may be waiting, or wait for a storage that is away.
   */
  private async start(found: readonly (SubjectRef | DueSubject)[], why: string, now: Date): Promise<number> {
    const dueTimes = new Map(found.map((one) => [subjectKey(one), 'dueTime' in one ? one.dueTime : null]));
    let started = 0;
    for (const payload of payloadsOf(found)) {
      const due = payload.digests?.map((digest) => dueTimes.get(subjectKey({ ...payload, digest })));
      const set = createHash('sha256')
        .update(JSON.stringify([payload, due]))
        .digest('hex');
      const key = `signatures-${set}-${Math.floor(now.getTime() / hourMs)}`;
      if ((await this.executions.start(verificationStart([payload], { trigger: 'SCHEDULE', why, key }))) !== undefined)
        started++;
    }
    return started;
  }
}

const subjectKey = ({ repositoryId, digest }: { repositoryId: number | null; digest: string }): string =>
  `${repositoryId}@${digest}`;
