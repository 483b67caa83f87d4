import type { EventSubscriber, PublishedEvent } from '@breakwater/events';
import { advisoryLocks, CONFIG } from '@breakwater/platform';
import { TrustPoliciesService } from '@breakwater/trust-policies';
import { Inject, Injectable } from '@nestjs/common';
import { lostStatus } from './replacement';
import { SignedTagMovesRepository } from './signed-tag-moves.repository';

/** Keeps an eye on tags that left a signed digest. */
@Injectable()
export class SignedTagSubscriber implements EventSubscriber<'tag.moved'> {
  readonly name = 'signed-tags';
  readonly topics = ['tag.moved'] as const;
  readonly lock = advisoryLocks.signedTagEvents;

  constructor(
    private readonly moves: SignedTagMovesRepository,
    private readonly policies: TrustPoliciesService,
    @Inject(CONFIG) private readonly config: { SIGNED_TAG_GRACE_SECONDS: number },
  ) {}

  async hear(events: PublishedEvent<'tag.moved'>[]): Promise<void> {
    const now = new Date();
    const moves = await this.moves.moves(events.map(({ payload }) => payload.moveId));
    const watched = [];
    for (const move of moves) {
      const policy = await this.policies.ofProject(move.projectId);
      const oldStatus = lostStatus(move, { policy, now });
      if (oldStatus) watched.push({ moveId: move.moveId, repositoryId: move.repositoryId, oldStatus });
    }
    await this.moves.watch(watched, this.config.SIGNED_TAG_GRACE_SECONDS);
  }
}
