import { Injectable } from '@nestjs/common';
import type { RobotPrincipal, UserPrincipal } from '@breakwater/access';
import type { CacheUsage } from '@breakwater/platform';
import { LRUCache } from 'lru-cache';
import { createHmac, randomBytes } from 'node:crypto';

export type AccountPrincipal = UserPrincipal | RobotPrincipal;

export interface ProvenCredential {
  principal: AccountPrincipal;
  /** When the account was last read. */
  checkedAt: number;
  /** Unix milliseconds from when the secret itself is no longer good; absent: it has no end of its own. */
  until?: number;
}

/** Somebody who was signed in a moment ago. */
export interface KnownSession {
  id: string;
  principal: UserPrincipal;
  /** Whether its time was extended then. */
  renewed: boolean;
}

/** How long a password that was proven is not checked again. */
const ttlMs = 60_000;
const maxEntries = 10_000;
/** How long a session is not looked up again: so much later does its end reach the other replicas. */
const sessionMs = 1_000;

/** Credentials proven lately, known by a MAC under a key that lives and dies with the process. */
@Injectable()
export class CredentialCache {
  private readonly key = randomBytes(32);
  private readonly entries = new LRUCache<string, ProvenCredential>({ max: maxEntries, ttl: ttlMs });
  private readonly sessions = new LRUCache<string, KnownSession>({ max: maxEntries, ttl: sessionMs });
  private hits = 0;
  private misses = 0;

  keyOf(username: string, password: string): string {
    return createHmac('sha256', this.key).update(`${username.length}:${username}${password}`).digest('base64');
  }

  get(key: string): ProvenCredential | undefined {
    const entry = this.entries.get(key);
    if (entry) this.hits++;
    else this.misses++;
    return entry;
  }

  get usage(): CacheUsage {
    return { hits: this.hits, misses: this.misses, entries: this.entries.size };
  }

  /** `keepAge`: the password was not proven again, only the account read. */
  set(key: string, proven: Omit<ProvenCredential, 'checkedAt'>, keepAge = false): void {
    this.entries.set(key, { ...proven, checkedAt: Date.now() }, { noUpdateTTL: keepAge });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** After a change here; other replicas notice by the account's epoch. */
  forget(kind: AccountPrincipal['kind'], id: number): void {
    for (const [key, { principal }] of this.entries.entries()) {
      if (principal.kind === kind && principal.id === id) this.entries.delete(key);
    }
    if (kind !== 'user') return;
    for (const [digest, { principal }] of this.sessions.entries()) {
      if (principal.id === id) this.sessions.delete(digest);
    }
  }

  session(digest: string): KnownSession | undefined {
    return this.sessions.get(digest);
  }

  setSession(digest: string, session: KnownSession): void {
    this.sessions.set(digest, session);
  }
}
