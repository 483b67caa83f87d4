import type { EventTopic } from '@breakwater/contracts';
import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface PublishedEvent {
  id: number;
  topic: EventTopic;
  key: string;
  payload: unknown;
  creationTime: Date;
}

/** Hears every event at least once, in the order of its key. Throwing keeps the events for the next round. */
export type EventSubscriber = (events: PublishedEvent[]) => Promise<void>;

@Injectable()
export class OutboxRelay {
  constructor(private readonly database: Database) {}

  /**
   * Publishes up to `limit` of the oldest events and removes them once every subscriber took them. Returns how many;
   * 0 also when another replica's relay is at work.
   */
  relay(subscribers: readonly EventSubscriber[], limit = 500): Promise<number> {
    return this.database.exclusively(advisoryLocks.outboxRelay, () => this.publish(subscribers, limit), 0);
  }

  private async publish(subscribers: readonly EventSubscriber[], limit: number): Promise<number> {
    const events = await this.oldest(limit);
    if (events.length === 0) return 0;
    for (const subscriber of subscribers) await subscriber(events);
    await this.database.query('DELETE FROM outbox WHERE id = ANY($1)', [events.map(({ id }) => id)]);
    return events.length;
  }

  /** Events waiting, and the age of the oldest in seconds. */
  async lag(): Promise<{ waiting: number; ageSeconds: number }> {
    const [row] = await this.database.query<{ waiting: number; age: number | null }>(
      'SELECT count(*) AS waiting, extract(epoch FROM now() - min(creation_time))::float8 AS age FROM outbox',
    );
    return { waiting: row?.waiting ?? 0, ageSeconds: row?.age ?? 0 };
  }

  private oldest(limit: number): Promise<PublishedEvent[]> {
    return this.database.query<PublishedEvent>(
      'SELECT id, topic, key, payload, creation_time AS "creationTime" FROM outbox ORDER BY id LIMIT $1',
      [limit],
    );
  }
}
