import { CoherentCache } from './coherent-cache';
import type { LeaseHolder, Ticket } from './lease-holder';

/** A lease whose validity and generations the test turns by hand. */
function leaseInHand() {
  const lease = {
    isValid: true,
    generation: 0,
    ticket: (): Ticket => ({ slots: [0], generations: [lease.generation], era: 0 }),
    isCurrent: ({ generations: [generation] }: Ticket) => generation === lease.generation,
  };
  return lease;
}

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
    cache.set('a', 'one', lease.ticket());
    expect(cache.get('a')).toBe('one');
    lease.generation++;
    expect(cache.get('a')).toBeUndefined();
  });

  it('gives nothing without a valid lease, and again when it is back', () => {
    const { lease, cache } = setUp();
    cache.set('a', 'one', lease.ticket());
    lease.isValid = false;
    expect(cache.get('a')).toBeUndefined();
    lease.isValid = true;
    expect(cache.get('a')).toBe('one');
  });

  it('drops an answer that was read before a change and arrives after it', () => {
    const { lease, cache } = setUp();
    const ticket = lease.ticket();
    lease.generation++;
    cache.set('a', 'stale', ticket);
    expect(cache.get('a')).toBeUndefined();
  });

  it('stays within its bytes', () => {
    const { lease, cache } = setUp();
    cache.set('a', 'x'.repeat(60), lease.ticket());
    cache.set('b', 'y'.repeat(60), lease.ticket());
    expect([cache.get('a'), cache.get('b')?.length]).toEqual([undefined, 60]);
  });
});
