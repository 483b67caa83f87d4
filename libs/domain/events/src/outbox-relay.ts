import type { EventTopic } from '@breakwater/contracts';
import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable, Logger } from '@nestjs/common';
import { readEvent, type EventSubscriber, type PublishedEvent, type QueuedEvent } from './event-subscriber';

/** Events waiting, and the age of the oldest in seconds. */
export interface OutboxLag {
  waiting: number;
  ageSeconds: number;
}

/**
 * Brings events from the outbox to their subscribers in two steps: into a queue for each subscriber, then to it. The
 * queues are rows that are removed, not positions: an event that commits late, with a lower id than others that were
 * heard of, is not passed over.
 */
@Injectable()
export class OutboxRelay {
  private readonly logger = new Logger(OutboxRelay.name);

  constructor(private readonly database: Database) {}

  /**
   * Moves up to `limit` of the oldest events into the queues of those who want them. Returns how many left the outbox;
   * 0 also when another replica is at it.
   */
  distribute(subscribers: readonly EventSubscriber[], limit = 500): Promise<number> {
    const wanted = subscribers.map(({ name, topics }) => ({ name, topics }));
    return this.database.exclusively(advisoryLocks.outboxRelay, () => this.move(wanted, limit), 0);
  }

  /**
   * Tells a subscriber up to `limit` of its oldest events and takes them off its queue, all or none of them. When it
   * fails it is told the oldest alone, so that one event that it cannot take does not hold those before it. Returns how
   * many are off the queue; 0 also when another replica is at it. Throws what the subscriber throws.
   */
  async publish<T extends EventTopic>(subscriber: EventSubscriber<T>, limit = 500): Promise<number> {
    try {
      return await this.tell(subscriber, limit);
    } catch (error) {
      this.logger.warn({ err: error, subscriber: subscriber.name }, 'events not taken, trying the oldest alone');
      return this.tell(subscriber, 1);
    }
  }

  /** What waits to be distributed. */
  async lag(): Promise<OutboxLag> {
    const [row] = await this.database.query<OutboxLag>(`SELECT ${lagColumns} FROM outbox`);
    return row ?? { waiting: 0, ageSeconds: 0 };
  }

  /** What waits for each subscriber of those that something waits for. */
  lagOfSubscribers(): Promise<(OutboxLag & { subscriber: string })[]> {
    return this.database.query(`SELECT subscriber, ${lagColumns} FROM outbox_delivery GROUP BY subscriber`);
  }

  private async move(subscribers: { name: string; topics: readonly string[] }[], limit: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `WITH moved AS (
         DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1)
         RETURNING id, topic, key, payload, creation_time
       ), queued AS (
         INSERT INTO outbox_delivery (subscriber, event_id, topic, key, payload, creation_time)
         SELECT s.name, m.id, m.topic, m.key, m.payload, m.creation_time
         FROM moved m JOIN jsonb_to_recordset($2) AS s(name text, topics text[]) ON m.topic = ANY(s.topics)
       )
       SELECT count(*)::int AS count FROM moved`,
      [limit, JSON.stringify(subscribers)],
    );
    return row?.count ?? 0;
  }

  private tell<T extends EventTopic>(subscriber: EventSubscriber<T>, limit: number): Promise<number> {
    const work = async () => {
      const queued = await this.oldest(subscriber.name, limit);
      if (queued.length === 0) return 0;
      const readable = queued.flatMap((event) => this.read(event, subscriber.name));
      if (readable.length > 0) await subscriber.hear(readable as PublishedEvent<T>[]);
      await this.database.query('DELETE FROM outbox_delivery WHERE subscriber = $1 AND event_id = ANY($2)', [
        subscriber.name,
        queued.map(({ id }) => id),
      ]);
      return queued.length;
    };
    return this.database.exclusively(subscriber.lock, work, 0);
  }

  /** One that no build can read would wait for ever. */
  private read(event: QueuedEvent, subscriber: string): PublishedEvent[] {
    const read = readEvent(event);
    if (!read) this.logger.error({ subscriber, event }, 'an event of an unknown shape was dropped');
    return read ? [read] : [];
  }

  private oldest(subscriber: string, limit: number): Promise<QueuedEvent[]> {
    return this.database.query<QueuedEvent>(
      `SELECT event_id AS id, topic, key, payload, creation_time AS "creationTime" FROM outbox_delivery
       WHERE subscriber = $1 ORDER BY event_id LIMIT $2`,
      [subscriber, limit],
    );
  }
}

const lagColumns = `count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(creation_time)), 0)::float8 AS "ageSeconds"`;
