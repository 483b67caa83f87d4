import { Outbox } from '@breakwater/events';
import { advisoryLocks, Database } from '@breakwater/platform';
import { TrustPoliciesService } from '@breakwater/trust-policies';
import { Injectable } from '@nestjs/common';
import { outcomeOf } from './replacement';
import { SignedTagMovesRepository, type WatchedMove } from './signed-tag-moves.repository';

const atOnce = 100;
const waitSeconds = 10;

/** Tells of signed tags that were replaced, once each: that it was told is written with the event. */
@Injectable()
export class ReplacementRounds {
  constructor(
    private readonly database: Database,
    private readonly moves: SignedTagMovesRepository,
    private readonly policies: TrustPoliciesService,
    private readonly outbox: Outbox,
  ) {}

  /** One round, in one replica at a time. Answers how many moves it looked at. */
  run(now = new Date()): Promise<number> {
    return this.database.exclusively(advisoryLocks.signedTagRounds, () => this.round(now), 0);
  }

  private async round(now: Date): Promise<number> {
    const due = await this.moves.due(atOnce);
    const found: Record<ReturnType<typeof outcomeOf>, WatchedMove[]> = { replaced: [], signed: [], wait: [] };
    for (const move of due) {
      const policy = await this.policies.ofProject(move.projectId);
      found[outcomeOf(move, { policy, now })].push(move);
    }
    await this.moves.forget(ids(found.signed));
    await this.moves.postpone(ids(found.wait), waitSeconds);
    await this.moves.announced(ids(found.replaced));
    await this.outbox.addMany(found.replaced.map(eventOf));
    return due.length;
  }
}

const ids = (moves: readonly WatchedMove[]): number[] => moves.map(({ moveId }) => moveId);

function eventOf(move: WatchedMove) {
  const { projectId, repositoryId, repository, tag, oldDigest, newDigest, address, userAgent, time } = move;
  return {
    topic: 'signed-tag.replaced' as const,
    key: repository,
    creationTime: time,
    payload: {
      projectId,
      repositoryId,
      repository,
      actor: { name: move.actor, address, userAgent },
      tag,
      oldDigest,
      newDigest,
    },
  };
}
