import type { ProjectTrustPolicy } from '@breakwater/trust-policies';
import { assessSigning } from '../status/signing-facts';
import type { SigningStatus } from '../status/signing-status';
import type { MovedTag, WatchedMove } from './signed-tag-moves.repository';

/** Verification that does not come to an end, with a storage that is away, must not hide a replacement. */
const longestWaitMs = 3_600_000;

export interface Moment {
  policy: ProjectTrustPolicy;
  now: Date;
}

/**
 * What the tag was worth before it moved, as far as it may have been signed; undefined: it was not. Who deletes what was
 * signed right after replacing it hides nothing: what was announced of it last is known still.
 */
export function lostStatus({ oldFacts, announcedStatus, tag }: MovedTag, { policy, now }: Moment) {
  const status = oldFacts ? assessSigning(oldFacts, policy, { tag, now }).status : announcedStatus;
  return status === 'signed' || status === 'stale' ? status : undefined;
}

/** What became of a move when its time has come: `wait`: verification is still on its way. */
export function outcomeOf(move: WatchedMove, moment: Moment): 'replaced' | 'signed' | 'wait' {
  const before = move.oldStatus === 'signed' ? 'signed' : lostStatus(move, moment);
  const after = statusNow(move, moment);
  if (before === undefined || after === 'signed') return 'signed';
  const isOpen = before === 'stale' || after === 'stale';
  const isLong = moment.now.getTime() - move.time.getTime() > longestWaitMs;
  if (isOpen && !isLong) return 'wait';
  return before === 'signed' ? 'replaced' : 'signed';
}

/** What is gone by now was not signed either. */
function statusNow({ newFacts, tag }: MovedTag, { policy, now }: Moment): SigningStatus {
  return newFacts ? assessSigning(newFacts, policy, { tag, now }).status : 'unsigned';
}
