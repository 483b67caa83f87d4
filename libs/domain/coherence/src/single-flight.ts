import type { LeaseHolder, Ticket } from './lease-holder';

interface Flight<V> {
  ticket: Ticket;
  answer: Promise<V>;
}

/**
 * Many who ask for the same at once wait for one query: a cold cache, or a popular tag that was just moved, does not
 * become a stampede. Who asks after a change that its query may not have seen does not join.
 */
export class SingleFlight<V> {
  private readonly flights = new Map<string, Flight<V>>();

  constructor(private readonly lease: LeaseHolder) {}

  /** `read` begins its query after it was handed its ticket. */
  run(key: string, ticket: Ticket, read: () => Promise<V>): Promise<V> {
    const flight = this.flights.get(key);
    if (flight && this.lease.isValid && this.lease.isCurrent(flight.ticket)) return flight.answer;
    const started: Flight<V> = { ticket, answer: read().finally(() => this.end(key, started)) };
    this.flights.set(key, started);
    return started.answer;
  }

  private end(key: string, flight: Flight<V>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
