import { events as schemas, type EventPayload, type EventTopic } from '@breakwater/contracts';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface NewEvent<T extends EventTopic = EventTopic> {
  topic: T;
  /** Events of one key are published in order: the repository's name and what changed in it. */
  key: string;
  payload: EventPayload<T>;
}

/** Events are written in the transaction of the change they tell of: neither lost nor imagined (decision 4). */
@Injectable()
export class Outbox {
  constructor(private readonly database: Database) {}

  /** In this order; `creationTime`: when it happened, where that is not now. */
  async addMany(events: readonly (NewEvent & { creationTime?: Date })[]): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map(({ topic, key, payload, creationTime }, place) => ({
      place,
      topic,
      key,
      payload: schemas[topic].parse(payload),
      time: creationTime,
    }));
    await this.database.query(
      `INSERT INTO outbox (topic, key, payload, creation_time)
       SELECT x.topic, x.key, x.payload, coalesce(x.time, now())
       FROM jsonb_to_recordset($1) AS x(place int, topic text, key text, payload jsonb, time timestamptz) ORDER BY x.place`,
      [JSON.stringify(rows)],
    );
  }

  async add<T extends EventTopic>(event: NewEvent<T>): Promise<void> {
    const payload = schemas[event.topic].parse(event.payload);
    await this.database.prepared('INSERT INTO outbox (topic, key, payload) VALUES ($1, $2, $3)', [
      event.topic,
      event.key,
      JSON.stringify(payload),
    ]);
  }
}
