import type { LeaseHolder, Ticket } from './lease-holder';
import { SingleFlight } from './single-flight';

function setUp() {
  const lease = { isValid: true, current: true, isCurrent: () => lease.current };
  const answers: ((answer: string) => void)[] = [];
  const flights = new SingleFlight<string>(lease as unknown as LeaseHolder);
  const ask = () => flights.run('a', {} as Ticket, () => new Promise((resolve) => answers.push(resolve)));
  return { lease, answers, ask };
}

describe('SingleFlight', () => {
  it('asks once for all who ask meanwhile, and anew afterwards', async () => {
    const { answers, ask } = setUp();
    const both = [ask(), ask()];
    answers[0]!('one');
    expect(await Promise.all(both)).toEqual(['one', 'one']);
    const later = ask();
    answers[1]!('two');
    expect(await later).toBe('two');
    expect(answers).toHaveLength(2);
  });

  it.each([
    ['after a change', { current: false }],
    ['without a lease', { isValid: false }],
  ])('lets nobody join %s', async (_, state) => {
    const { lease, answers, ask } = setUp();
    const before = ask();
    Object.assign(lease, state);
    const after = ask();
    answers[1]!('new');
    answers[0]!('old');
    expect([await before, await after]).toEqual(['old', 'new']);
  });

  it('tells everybody of a failure, and tries anew', async () => {
    const { lease } = setUp();
    const flights = new SingleFlight<string>(lease as unknown as LeaseHolder);
    const failing = () => flights.run('a', {} as Ticket, () => Promise.reject(new Error('away')));
    await expect(Promise.all([failing(), failing()])).rejects.toThrow('away');
    expect(await flights.run('a', {} as Ticket, () => Promise.resolve('back'))).toBe('back');
  });
});
