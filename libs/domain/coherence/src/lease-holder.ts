import { CONFIG } from '@breakwater/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { changesChannel, heardChannel, readChange } from './channels';
import { Listener } from './listener';
import type { Scope } from './scopes';

export const leaseMs = 2_000;
const renewMs = 500;
/** Clocks of two machines may run apart by this much in the time of a lease. */
const marginMs = 100;
/** A change makes everything forgotten that shares its slot: with so many, next to nothing that is still true. */
const slotCount = 1 << 16;

const renewLease = `
  INSERT INTO cache_lease (replica, renewal_time, expiry_time) VALUES ($1, clock_timestamp(), clock_timestamp() + $2 * interval '1 ms')
  ON CONFLICT (replica) DO UPDATE SET renewal_time = EXCLUDED.renewal_time, expiry_time = EXCLUDED.expiry_time`;

/** What a cached answer hung on when its query began. */
export interface Ticket {
  slots: readonly number[];
  generations: readonly number[];
  era: number;
}

/**
 * The right of this replica to answer from its caches (decision 13). It is renewed every half second over the very
 * connection that hears of changes, so a renewal that has come back has all earlier changes before it. Without a
 * valid lease nothing cached counts, and everything is read from Postgres.
 */
@Injectable()
export class LeaseHolder implements OnApplicationShutdown {
  private readonly logger = new Logger(LeaseHolder.name);
  private readonly replica = randomUUID();
  private readonly listener: Listener;
  /** How often each slot's scopes have changed. */
  private readonly generations = new Uint32Array(slotCount);
  /** Raised when everything must be forgotten. */
  private era = 0;
  private validUntil = 0;
  /** Tells a renewal that was asked for over a connection that is gone. */
  private connection = 0;
  /** The connection over which a renewal is under way. */
  private renewing = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Connections lost so far, and all that was cached with each. */
  losses = 0;

  constructor(@Inject(CONFIG) config: { DATABASE_URL: string }) {
    this.listener = new Listener({
      url: config.DATABASE_URL,
      name: 'breakwater-lease',
      channels: [changesChannel],
      onConnected: () => this.hold(),
      onMessage: (_channel, payload) => this.hear(payload),
      onLost: () => this.forgetAll(),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.validUntil = 0;
    await this.listener.stop();
  }

  /** May cached answers be given now? */
  get isValid(): boolean {
    return performance.now() < this.validUntil;
  }

  /** How long cached answers may be given without another renewal. */
  get remainingSeconds(): number {
    return Math.max(0, this.validUntil - performance.now()) / 1_000;
  }

  /** Take one before the query whose answer is to be cached. The first one makes this process a lease holder. */
  ticket(...scopes: Scope[]): Ticket {
    this.listener.start();
    const slots = scopes.map(slotOf);
    return { slots, generations: slots.map((slot) => this.generations[slot] ?? 0), era: this.era };
  }

  /** False when something that the answer hangs on has changed since, or may have. */
  isCurrent({ slots, generations, era }: Ticket): boolean {
    if (era !== this.era) return false;
    for (let index = 0; index < slots.length; index++)
      if (this.generations[slots[index] ?? 0] !== generations[index]) return false;
    return true;
  }

  private async hold(): Promise<void> {
    const connection = ++this.connection;
    // What was read before this connection listened may have changed unheard.
    this.era++;
    await this.renew();
    if (connection === this.connection) this.timer = setInterval(() => void this.renew(), renewMs);
  }

  private async renew(): Promise<void> {
    const { connection } = this;
    // A slow connection must not collect renewals.
    if (this.renewing === connection) return;
    this.renewing = connection;
    // Counted from before the question: Postgres counts from later.
    const asked = performance.now();
    try {
      await this.listener.say(renewLease, [this.replica, leaseMs]);
      if (connection === this.connection) this.validUntil = asked + leaseMs - marginMs;
    } catch (error) {
      this.logger.warn({ err: error }, 'the cache lease was not renewed');
    } finally {
      if (this.renewing === connection) this.renewing = 0;
    }
  }

  private hear(payload: string): void {
    const { id, scopes } = readChange(payload);
    if (scopes) for (const scope of scopes) this.forget(scope);
    else this.era++;
    // When it cannot be said, the lease runs out and the change goes on.
    this.listener.say(`SELECT pg_notify('${heardChannel}', $1)`, [`${id} ${this.replica}`]).catch(() => undefined);
  }

  private forget(scope: Scope): void {
    const slot = slotOf(scope);
    this.generations[slot] = ((this.generations[slot] ?? 0) + 1) >>> 0;
  }

  private forgetAll(): void {
    this.losses++;
    clearInterval(this.timer);
    this.connection++;
    this.validUntil = 0;
    this.era++;
  }
}

/** FNV-1a, folded. */
function slotOf(scope: Scope): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < scope.length; index++) hash = Math.imul(hash ^ scope.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 16)) & (slotCount - 1);
}
