import { Changes, signingScope } from '@breakwater/coherence';
import { Outbox } from '@breakwater/events';
import { Injectable } from '@nestjs/common';

/** Tells the platform that trust data has changed: who listens for it, and whoever remembers what was signed. */
@Injectable()
export class ChangeNews {
  constructor(
    private readonly outbox: Outbox,
    private readonly changes: Changes,
  ) {}

  /** In the transaction of the change. Of names whose host is none of ours nobody here hears. */
  async tell(gun: string, repository: string | null | undefined): Promise<void> {
    if (!repository) return;
    await this.outbox.add({ topic: 'trust-data.changed', key: repository, payload: { gun, repository } });
    await this.changes.announce(signingScope(repository));
  }
}
