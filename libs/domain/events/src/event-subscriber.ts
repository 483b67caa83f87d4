import { events, type EventPayload, type EventTopic } from '@breakwater/contracts';

/** What an event is to who hears of it. */
export type PublishedEvent<T extends EventTopic = EventTopic> = {
  [Topic in T]: {
    /** Of the outbox: grows with time within a key. */
    id: number;
    topic: Topic;
    /** Events of one key are heard in order. */
    key: string;
    payload: EventPayload<Topic>;
    /** When it happened. */
    creationTime: Date;
  };
}[T];

/** Hears events of some topics, in a queue of its own: a slow one holds nobody else. */
export interface EventSubscriber<T extends EventTopic = EventTopic> {
  /** At most 32 characters; what is queued under it stays queued when it is renamed. */
  readonly name: string;
  readonly topics: readonly T[];
  /** An advisory lock: one replica at a time hears for it. */
  readonly lock: number;
  /**
   * Every event at least once, in the order of its key. What is written to Postgres here is written once: it shares the
   * transaction that takes the events off the queue. Throwing keeps them for the next round.
   */
  hear(events: PublishedEvent<T>[]): Promise<void>;
}

export interface QueuedEvent {
  id: number;
  topic: string;
  key: string;
  payload: unknown;
  creationTime: Date;
}

/** The event as its topic describes it; undefined for one that is no such thing. */
export function readEvent(queued: QueuedEvent): PublishedEvent | undefined {
  if (!Object.hasOwn(events, queued.topic)) return undefined;
  const result = events[queued.topic as EventTopic].safeParse(queued.payload);
  return result.success ? ({ ...queued, payload: result.data } as PublishedEvent) : undefined;
}
