import { createHash } from 'node:crypto';

/**
 * A UUID that follows from the event (RFC 9562 version 8). The time is in it because ids begin again when a database is
 * set up anew, and receivers remember for long.
 */
export function eventId({ id, creationTime }: { id: number; creationTime: Date }): string {
  const hash = createHash('sha256').update(`outbox event ${id} of ${creationTime.toISOString()}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
