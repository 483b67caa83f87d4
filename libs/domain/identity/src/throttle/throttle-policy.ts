/** What failures are counted for. */
export type ThrottleKind = 'pair' | 'account' | 'network';

interface Policy {
  /** So many failures cost nothing but the answer. */
  free: number;
  firstPauseMs: number;
  /** Each further failure doubles the pause up to here. */
  longestPauseMs: number;
  /** From so many on it is a lock. */
  lockAt: number;
}

/** A lock ends by itself after so long; failures are forgotten after so long without another. */
export const lockMs = 15 * 60_000;

/**
 * `pair`, one account from one network: guessing is slowed at once and locked after twenty. `account`, from anywhere:
 * so high that nobody is shut out by a stranger's few guesses. `network`: accounts tried without success, not attempts,
 * so that one client behind a company's address which repeats itself does not lock its neighbours out.
 */
export const policies: Record<ThrottleKind, Policy> = {
  pair: { free: 5, firstPauseMs: 1_500, longestPauseMs: 30_000, lockAt: 20 },
  account: { free: 100, firstPauseMs: lockMs, longestPauseMs: lockMs, lockAt: 100 },
  network: { free: 30, firstPauseMs: lockMs, longestPauseMs: lockMs, lockAt: 30 },
};

/** How long after its last failure nobody is looked at. Milliseconds. */
export function pauseAfter(kind: ThrottleKind, failures: number): number {
  const { free, firstPauseMs, longestPauseMs, lockAt } = policies[kind];
  if (failures >= lockAt) return lockMs;
  return failures < free ? 0 : Math.min(firstPauseMs * 2 ** (failures - free), longestPauseMs);
}

/** Of the machine itself. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
