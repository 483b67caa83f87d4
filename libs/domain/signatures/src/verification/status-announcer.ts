import { Outbox } from '@breakwater/events';
import { Database } from '@breakwater/platform';
import type { ProjectTrustPolicy } from '@breakwater/trust-policies';
import { Injectable } from '@nestjs/common';
import { SignatureStatesRepository, type KnownState, type NewState } from '../signature-states.repository';
import type { AnnouncedRepository } from '../signatures.repository';
import { assessSigning } from '../status/signing-facts';

interface Change extends NewState {
  known: KnownState['known'];
}

/** Tells who listens what changed, and no more than that. Call in the transaction of the change. */
@Injectable()
export class StatusAnnouncer {
  constructor(
    private readonly database: Database,
    private readonly states: SignatureStatesRepository,
    private readonly outbox: Outbox,
  ) {}

  /** After something happened to the signatures of these digests. */
  async announce(
    repository: AnnouncedRepository,
    digests: readonly string[],
    policy: ProjectTrustPolicy,
  ): Promise<void> {
    await this.compare(repository, await this.states.affectedBy(repository.id, digests), policy);
  }

  /** After something happened to all of them. Answers where to go on; undefined: that was the last page. */
  async announcePage(
    repository: AnnouncedRepository,
    { after, limit }: { after: string; limit: number },
    policy: ProjectTrustPolicy,
  ): Promise<string | undefined> {
    const page = await this.states.page(repository.id, after, limit);
    await this.compare(repository, page, policy);
    return page.length === limit ? page.at(-1)?.digest : undefined;
  }

  private async compare(
    repository: AnnouncedRepository,
    found: readonly KnownState[],
    policy: ProjectTrustPolicy,
  ): Promise<void> {
    const gone = found.filter(({ facts, known }) => facts === null && known !== null).map(({ digest }) => digest);
    const now = await this.now();
    const present = found.flatMap(({ facts, digest, known }): Change[] => {
      if (facts === null) return [];
      const { status, inheritedFrom } = assessSigning(facts, policy, { now });
      return [{ digest, known, status, inheritedFrom }];
    });
    const unknown = ({ known, status }: Change): boolean => known === null && status === 'unsigned';
    const plain = present.filter(({ known, status }) => known !== null && status === 'unsigned');
    if (gone.length + plain.length > 0)
      await this.states.forget(repository.id, [...gone, ...plain.map(({ digest }) => digest)]);
    const kept = present.filter(({ status }) => status !== 'unsigned');
    if (kept.length > 0) await this.states.save(repository.id, kept);
    await this.tell(
      repository,
      present.filter((change) => !unknown(change) && change.known !== change.status),
    );
  }

  private async tell({ id, projectId, name }: AnnouncedRepository, changes: readonly Change[]): Promise<void> {
    await this.outbox.addMany(
      changes.map(({ digest, status }) => ({
        topic: 'signature.changed' as const,
        key: name,
        payload: { projectId, repositoryId: id, repository: name, digest, status },
      })),
    );
  }

  /** Facts are judged by the database's clock already. */
  private async now(): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>('SELECT now() AS now');
    return row?.now ?? new Date();
  }
}
