import { Changes, signingScope } from '@breakwater/coherence';
import { advisoryLocks, Database } from '@breakwater/platform';
import type { ProjectTrustPolicy } from '@breakwater/trust-policies';
import { Injectable } from '@nestjs/common';
import { SignaturesRepository, type AnnouncedRepository, type VerifiedSignature } from '../signatures.repository';
import { StatusAnnouncer } from './status-announcer';
import { SubjectVerifier } from './subject-verifier';

export interface SubjectRound {
  policy: ProjectTrustPolicy;
  signal: AbortSignal;
}

/** Runs the writing of verdicts in a transaction, perhaps with more in it. */
type Within = (write: () => Promise<void>) => Promise<void>;

/** Verifies what is attached to one digest, and stores what came of it. */
@Injectable()
export class SubjectVerification {
  constructor(
    private readonly database: Database,
    private readonly signatures: SignaturesRepository,
    private readonly verifier: SubjectVerifier,
    private readonly announcer: StatusAnnouncer,
    private readonly changes: Changes,
  ) {}

  /** The same for who knows the repository by its name; nothing when it has gone. */
  async verifyNamed(repository: string, digest: string, round: SubjectRound): Promise<void> {
    const row = await this.signatures.repository(repository);
    if (row) await this.verify(row, digest, round);
  }

  /** Throws UNAVAILABLE when the storage does: then nothing is changed. */
  async verify(
    repository: AnnouncedRepository,
    digest: string,
    { policy, signal }: SubjectRound,
    within: Within = (write) => this.database.transaction(write),
  ): Promise<VerifiedSignature[]> {
    const subject = await this.signatures.subject(repository.id, digest);
    const verifiedTime = new Date();
    const found = subject ? await this.verifier.verify(subject, { policy, now: verifiedTime, signal }) : [];
    await within(async () => {
      // Two who verify the same at once would both announce it.
      await this.database.query('SELECT pg_advisory_xact_lock($1::int, hashtext($2))', [
        advisoryLocks.verdicts,
        `${repository.id}@${digest}`,
      ]);
      const of = { repositoryId: repository.id, digest };
      await this.signatures.replace(of, found, { policyVersion: policy.version, verifiedTime });
      await this.announcer.announce(repository, [digest], policy);
      if (found.length > 0) await this.changes.announce(signingScope(repository.name));
    });
    return found;
  }
}
