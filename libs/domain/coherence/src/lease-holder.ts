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
/** Scopes whose generation is remembered one by one; beyond that everything is forgotten at once. */
const maxScopes = 100_000;

const renewLease = `
  INSERT INTO cache_lease (replica, renewal_time, expiry_time) VALUES ($1, clock_timestamp(), clock_timestamp() + $2 * interval '1 ms')
  ON CONFLICT (replica) DO UPDATE SET renewal_time = EXCLUDED.renewal_time, expiry_time = EXCLUDED.expiry_time`;

/** What a cached answer hung on when its query began. */
export interface Ticket {
  scope: Scope;
  generation: number;
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
  private readonly generations = new Map<Scope, number>();
  /** Raised when everything must be forgotten. */
  private era = 0;
  private validUntil = 0;
  /** Tells a renewal that was asked for over a connection that is gone. */
  private connection = 0;
  private timer: NodeJS.Timeout | undefined;

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

  /** Take one before the query whose answer is to be cached. The first one makes this process a lease holder. */
  ticket(scope: Scope): Ticket {
    this.listener.start();
    return { scope, generation: this.generations.get(scope) ?? 0, era: this.era };
  }

  /** False when something that the answer hangs on has changed since, or may have. */
  isCurrent({ scope, generation, era }: Ticket): boolean {
    return era === this.era && generation === (this.generations.get(scope) ?? 0);
  }

  private async hold(): Promise<void> {
    this.connection++;
    await this.renew();
    this.timer = setInterval(() => void this.renew(), renewMs);
  }

  private async renew(): Promise<void> {
    const { connection } = this;
    // Counted from before the question: Postgres counts from later.
    const asked = performance.now();
    try {
      await this.listener.say(renewLease, [this.replica, leaseMs]);
      if (connection === this.connection) this.validUntil = asked + leaseMs - marginMs;
    } catch (error) {
      this.logger.warn({ err: error }, 'the cache lease was not renewed');
    }
  }

  private hear(payload: string): void {
    const { id, scopes } = readChange(payload);
    if (scopes) for (const scope of scopes) this.forget(scope);
    else this.forgetEverything();
    // When it cannot be said, the lease runs out and the change goes on.
    this.listener.say(`SELECT pg_notify('${heardChannel}', $1)`, [`${id} ${this.replica}`]).catch(() => undefined);
  }

  private forget(scope: Scope): void {
    if (this.generations.size >= maxScopes) this.forgetEverything();
    this.generations.set(scope, (this.generations.get(scope) ?? 0) + 1);
  }

  private forgetEverything(): void {
    this.era++;
    this.generations.clear();
  }

  private forgetAll(): void {
    clearInterval(this.timer);
    this.connection++;
    this.validUntil = 0;
    this.forgetEverything();
  }
}
