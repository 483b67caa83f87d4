import { CONFIG, Database } from '@breakwater/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { changesChannel, heardChannel, writeChange } from './channels';
import { Listener } from './listener';
import type { Scope } from './scopes';

/** How often leases are looked at again while somebody has not been heard from. */
const recheckMs = 250;

interface Lease {
  replica: string;
  expiryTime: string;
}

interface Waiting {
  heard: Set<string>;
  wake: () => void;
}

/**
 * The other side of `LeaseHolder`: a change is acknowledged to its client only when no replica can answer from before
 * it. Each holder of a lease has said that it heard of the change, or the lease that it had then has run out. One that was
 * renewed since is no sign: the holder hears of the change before it hears of the renewal, but may have heard of neither,
 * and answers under the earlier lease.
 */
@Injectable()
export class Changes implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Changes.name);
  private readonly waiting = new Map<string, Waiting>();
  private readonly listener: Listener;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) config: { DATABASE_URL: string },
  ) {
    this.listener = new Listener({
      url: config.DATABASE_URL,
      name: 'breakwater-changes',
      channels: [heardChannel],
      onMessage: (_channel, payload) => this.hear(payload),
    });
  }

  onModuleInit(): void {
    this.listener.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener.stop();
  }

  /**
   * Call in the transaction of the change. Replicas hear of it with the commit, and the transaction's `await` returns
   * when none of them remembers what was before.
   */
  async announce(...scopes: Scope[]): Promise<void> {
    const id = randomUUID();
    await this.database.prepared(`SELECT pg_notify('${changesChannel}', $1)`, [writeChange({ id, scopes })]);
    const waiting: Waiting = { heard: new Set(), wake: () => undefined };
    this.waiting.set(id, waiting);
    this.database.afterTransaction({
      committed: () => this.settle(waiting),
      finally: () => this.waiting.delete(id),
    });
  }

  /** A change in a transaction of its own, or the one already open, announced with it. */
  around<T>(scopes: Scope[], change: () => Promise<T>): Promise<T> {
    return this.database.transaction(async () => {
      const result = await change();
      await this.announce(...scopes);
      return result;
    });
  }

  private async settle(waiting: Waiting): Promise<void> {
    const leases = await this.leases();
    let behind = leases.map(({ replica }) => replica);
    for (let round = 1; !behind.every((replica) => waiting.heard.has(replica)); round++) {
      if (round % 20 === 0)
        this.logger.warn({ replicas: behind }, 'replicas with a lease have not heard of a change yet');
      const inTime = await this.nextWord(waiting);
      if (!inTime) behind = await this.stillRunning(leases);
    }
  }

  /** Every replica's, until when, in Postgres's words and by its clock. */
  private leases(): Promise<Lease[]> {
    return this.database.prepared(
      'SELECT replica, expiry_time::text AS "expiryTime" FROM cache_lease WHERE expiry_time > clock_timestamp()',
    );
  }

  /** Who could still answer under one of these leases. */
  private async stillRunning(leases: Lease[]): Promise<string[]> {
    const rows = await this.database.query<{ replica: string }>(
      `SELECT replica FROM unnest($1::uuid[], $2::timestamptz[]) AS lease (replica, expiry_time)
       WHERE expiry_time > clock_timestamp()`,
      [leases.map(({ replica }) => replica), leases.map(({ expiryTime }) => expiryTime)],
    );
    return rows.map(({ replica }) => replica);
  }

  /** True at the next word from a replica, false when none comes for a while: leases run out in silence. */
  private nextWord(waiting: Waiting): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), recheckMs);
      waiting.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  private hear(payload: string): void {
    const [id = '', replica = ''] = payload.split(' ');
    const waiting = this.waiting.get(id);
    waiting?.heard.add(replica);
    waiting?.wake();
  }
}
