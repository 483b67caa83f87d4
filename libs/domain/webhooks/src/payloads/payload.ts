import type { Notification } from '../notification';

/** What is sent: it is made when the event is heard of, and every attempt sends the same. */
export interface Payload {
  contentType: string;
  body: string;
}

export interface DefaultBody {
  type: string;
  occur_at: number;
  operator: string;
  event_data: Notification['data'];
  event_id: string;
}

/** Harbor's own shape. `event_id` is an addition. */
export function defaultBody({ type, occurredAt, operator, data, id }: Notification): DefaultBody {
  return {
    type,
    occur_at: Math.floor(occurredAt.getTime() / 1_000),
    operator,
    event_data: data,
    event_id: id,
  };
}

export function defaultPayload(notification: Notification): Payload {
  return { contentType: 'application/json', body: JSON.stringify(defaultBody(notification)) };
}
