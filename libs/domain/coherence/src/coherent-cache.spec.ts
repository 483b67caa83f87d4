import { CoherentCache } from './coherent-cache';
import type { LeaseHolder, Ticket } from './lease-holder';
import { repositoryScope } from './scopes';

/** A lease whose validity and generations the test turns by hand. */
function leaseInHand() {
  const lease = {
    isValid: true,
    generation: 0,
    ticket: (scope: Ticket['scope']): Ticket => ({ scope, generation: lease.generation, era: 0 }),
    isCurrent: (ticket: Ticket) => ticket.generation === lease.generation,
  };
  return lease;
}

const scope = repositoryScope('team/app');

function setUp() {
  const lease = leaseInHand();
  const cache = new CoherentCache<string>(lease as unknown as LeaseHolder, {
    maxBytes: 100,
    sizeOf: (text) => text.length,
  });
  return { lease, cache };
}

describe('CoherentCache', () => {
  it('gives what was kept while its scope has not changed', () => {
    const { lease, cache } = setUp();
    cache.set('a', 'one', lease.ticket(scope));
    expect(cache.get('a')).toBe('one');
    lease.generation++;
    expect(cache.get('a')).toBeUndefined();
  });

  it('gives nothing without a valid lease, and again when it is back', () => {
    const { lease, cache } = setUp();
    cache.set('a', 'one', lease.ticket(scope));
    lease.isValid = false;
    expect(cache.get('a')).toBeUndefined();
    lease.isValid = true;
    expect(cache.get('a')).toBe('one');
  });

  it('drops an answer that was read before a change and arrives after it', () => {
    const { lease, cache } = setUp();
    const ticket = lease.ticket(scope);
    lease.generation++;
    cache.set('a', 'stale', ticket);
    expect(cache.get('a')).toBeUndefined();
  });

  it('stays within its bytes', () => {
    const { lease, cache } = setUp();
    cache.set('a', 'x'.repeat(60), lease.ticket(scope));
    cache.set('b', 'y'.repeat(60), lease.ticket(scope));
    expect([cache.get('a'), cache.get('b')?.length]).toEqual([undefined, 60]);
  });
});
