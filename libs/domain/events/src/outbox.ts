import { events, type EventPayload, type EventTopic } from '@breakwater/contracts';
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

  async add<T extends EventTopic>(event: NewEvent<T>): Promise<void> {
    const payload = events[event.topic].parse(event.payload);
    await this.database.prepared('INSERT INTO outbox (topic, key, payload) VALUES ($1, $2, $3)', [
      event.topic,
      event.key,
      JSON.stringify(payload),
    ]);
  }
}
