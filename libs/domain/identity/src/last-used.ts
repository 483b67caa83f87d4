import { Database } from '@breakwater/platform';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { AccountPrincipal } from './credential-cache';

const flushEveryMs = 30_000;
/** Of one kind between two flushes; beyond that, uses go unnoticed. */
const maxNoted = 10_000;

type Kind = 'robot' | 'access_token';

/** When robots and access tokens were used last, to the minute: written in batches, not at each use. */
@Injectable()
export class LastUsed implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(LastUsed.name);
  /** Ids and Unix milliseconds. */
  private noted: Record<Kind, Map<number, number>> = { robot: new Map(), access_token: new Map() };
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: Database) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), flushEveryMs);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  note(principal: AccountPrincipal): void {
    const kind = principal.kind === 'robot' ? 'robot' : 'access_token';
    const id = principal.kind === 'robot' ? principal.id : principal.token?.id;
    if (id !== undefined && this.noted[kind].size < maxNoted) this.noted[kind].set(id, Date.now());
  }

  /** What cannot be written now is written with the next batch, unless it was used again. */
  async flush(): Promise<void> {
    for (const kind of ['robot', 'access_token'] as const) {
      const batch = this.noted[kind];
      if (batch.size === 0) continue;
      this.noted[kind] = new Map();
      await this.write(kind, batch).catch((error: unknown) => {
        this.logger.warn({ err: error, kind }, 'last uses were not written');
        this.noted[kind] = new Map([...batch, ...this.noted[kind]]);
      });
    }
  }

  /** In the order of the ids, so that two replicas do not wait for each other's rows. */
  private async write(kind: Kind, batch: ReadonlyMap<number, number>): Promise<void> {
    const uses = [...batch].sort(([a], [b]) => a - b);
    await this.database.query(
      `UPDATE ${kind} x SET last_used_time = to_timestamp(v.ms / 1000.0)
       FROM (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS u(id, ms) ORDER BY id) v
       WHERE x.id = v.id AND (x.last_used_time IS NULL OR x.last_used_time < to_timestamp(v.ms / 1000.0) - interval '1 minute')`,
      [uses.map(([id]) => id), uses.map(([, ms]) => ms)],
    );
  }
}
