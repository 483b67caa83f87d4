import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders } from '@breakwater/platform';
import { LRUCache } from 'lru-cache';

/** Wrong passwords in a row that cost nothing but the answer. */
const freeFailures = 5;
const firstPauseMs = 1_500;
const longestPauseMs = 30_000;
/** Failures are forgotten after so long without another. */
const memoryMs = 15 * 60_000;
const maxEntries = 20_000;

/**
 * Slows guessing of one account's password from one address: after five wrong ones each costs a pause, of 1.5 to 30
 * seconds. Someone else's guessing elsewhere shuts nobody out. Kept in memory, for each replica apart.
 */
export class LoginThrottle {
  private readonly failures = new LRUCache<string, { count: number; until: number }>({
    max: maxEntries,
    ttl: memoryMs,
  });

  /** Throws TOOMANYREQUESTS with Retry-After during a pause. */
  assertAllowed(username: string, address: string): void {
    const pauseMs = (this.failures.get(key(username, address))?.until ?? 0) - Date.now();
    if (pauseMs <= 0) return;
    const seconds = Math.ceil(pauseMs / 1_000);
    const error = new AppError('TOOMANYREQUESTS', `too many failed logins, try again in ${seconds} s`, {
      reason: 'login.throttled',
      params: { seconds },
    });
    throw new AppErrorWithHeaders(error, { 'retry-after': String(seconds) });
  }

  failed(username: string, address: string): void {
    const count = (this.failures.get(key(username, address))?.count ?? 0) + 1;
    const pauseMs = count < freeFailures ? 0 : Math.min(firstPauseMs * 2 ** (count - freeFailures), longestPauseMs);
    this.failures.set(key(username, address), { count, until: Date.now() + pauseMs });
  }

  succeeded(username: string, address: string): void {
    this.failures.delete(key(username, address));
  }
}

const key = (username: string, address: string): string => `${address}\n${username}`;
