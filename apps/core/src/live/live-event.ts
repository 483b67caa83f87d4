/** A server-sent event (HTML standard, section 9.2). */
export interface LiveEvent {
  name: string;
  data: string;
  /** A client that comes back sends the last one that it got as `Last-Event-ID`. */
  id?: number;
}

/** A line break in the data begins another field, and a client joins them again. */
export function eventText({ name, data, id }: LiveEvent): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`;
}
