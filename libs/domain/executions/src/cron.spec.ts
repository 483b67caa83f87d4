import fc from 'fast-check';
import { cronOf, nextTime } from './cron';

const iso = (cron: string, after: string) => nextTime(cron, new Date(after)).toISOString();

it.each([
  ['0 0 * * * *', '2026-11-23T10:00:00.000Z', '2026-11-23T11:00:00.000Z'],
  ['0 0 * * * *', '2026-11-23T10:59:59.999Z', '2026-11-23T11:00:00.000Z'],
  ['0 30 3 * * *', '2026-12-31T03:30:00.000Z', '2027-01-01T03:30:00.000Z'],
  ['0 0 0 29 2 *', '2026-01-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 0 29 2 *', '2096-03-01T00:00:00.000Z', '2104-02-29T00:00:00.000Z'],
  ['0 0 0 * * 0', '2026-11-23T00:00:00.000Z', '2026-11-29T00:00:00.000Z'],
  ['0 0 0 * * 7', '2026-11-23T00:00:00.000Z', '2026-11-29T00:00:00.000Z'],
  ['0 0 0 * * MON-FRI', '2026-11-27T12:00:00.000Z', '2026-11-30T00:00:00.000Z'],
  ['0 0 0 1 JAN *', '2026-11-23T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  // Both days restricted: either will do, as in every cron.
  ['0 0 0 13 * 5', '2026-11-23T00:00:00.000Z', '2026-11-27T00:00:00.000Z'],
])('%s after %s is %s', (cron, after, expected) => {
  expect(iso(cron, after)).toBe(expected);
});

it.each([
  ['0 * * * *', 'six fields'],
  ['0 0 0 * * * *', 'six fields'],
  ['30 0 0 * * *', 'must be 0'],
  ['* 0 0 * * *', 'must be 0'],
  ['*/5 0 0 * * *', 'must be 0'],
  ['0 60 0 * * *', 'invalid cron'],
  ['0 0 24 * * *', 'invalid cron'],
  ['0 0 0 0 * *', 'invalid cron'],
  ['0 0 0 30 2 *', 'invalid cron'],
  ['0 0 0 * 13 *', 'invalid cron'],
  ['0 0 0 * * 8', 'invalid cron'],
  ['0 a 0 * * *', 'invalid cron'],
  ['0 5-1 0 * * *', 'invalid cron'],
  ['0 */0 0 * * *', 'invalid cron'],
  ['0 0 0 1,15,15 * *', 'duplicate values found: 15'],
  ['@daily', 'six fields'],
])('refuses %s', (cron, why) => {
  expect(() => nextTime(cron, new Date())).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(why) }),
  );
});

it('knows the presets, and takes what clients send along with them', () => {
  expect([cronOf('Hourly', undefined), cronOf('Daily', ''), cronOf('Weekly', '0 0 1 * * 0')]).toEqual([
    '0 0 * * * *',
    '0 0 0 * * *',
    '0 0 1 * * 0',
  ]);
  expect(() => cronOf('Custom', undefined)).toThrow('needs a cron expression');
});

/** A field as it is written, and what it means. */
interface Field {
  text: string;
  values: ReadonlySet<number>;
}

function numbers(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function field(min: number, max: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min, max });
  const step = fc.integer({ min: 1, max: 12 });
  const range = fc.tuple(value, value).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
  const part = fc.oneof(
    value.map((only): Field => ({ text: `${only}`, values: new Set([only]) })),
    range.map(([from, to]): Field => ({ text: `${from}-${to}`, values: new Set(numbers(from, to)) })),
    fc
      .tuple(range, step)
      .map(([[from, to], by]): Field => ({ text: `${from}-${to}/${by}`, values: new Set(numbers(from, to, by)) })),
    step.map((by): Field => ({ text: `*/${by}`, values: new Set(numbers(min, max, by)) })),
  );
  const list = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.reduce(joined));
  return fc.oneof({ arbitrary: fc.constant({ text: '*', values: new Set(numbers(min, max)) }), weight: 1 }, list);
}

/** What names a value twice is refused, so such a part is left out. */
function joined(list: Field, part: Field): Field {
  if ([...part.values].some((value) => list.values.has(value))) return list;
  return { text: `${list.text},${part.text}`, values: new Set([...list.values, ...part.values]) };
}

/** Day by day for eight years and a bit: a leap day comes at least as often. */
function plainNext([minute, hour, day, month, weekday]: readonly Field[], after: Date): Date | undefined {
  const isDay = (date: Date) => {
    const [byDate, byWeekday] = [day!.values.has(date.getUTCDate()), weekday!.values.has(date.getUTCDay())];
    if (day!.text === '*' || weekday!.text === '*') return byDate && byWeekday;
    return byDate || byWeekday;
  };
  const times = [...hour!.values].flatMap((h) => [...minute!.values].map((m) => (h * 60 + m) * 60_000));
  const midnight = new Date(after).setUTCHours(0, 0, 0, 0);
  for (let days = 0; days < 8 * 366 + 2; days++) {
    const date = new Date(midnight + days * 86_400_000);
    if (!month!.values.has(date.getUTCMonth() + 1) || !isDay(date)) continue;
    const later = times.map((time) => date.getTime() + time).filter((time) => time > after.getTime());
    if (later.length > 0) return new Date(Math.min(...later));
  }
  return undefined;
}

it('finds the same next time as a calendar gone through day by day', () => {
  const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
  const after = fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(fields, after, (parts, time) => {
      const cron = `0 ${parts.map(({ text }) => text).join(' ')}`;
      const expected = plainNext(parts, time);
      if (expected) expect(nextTime(cron, time)).toEqual(expected);
      else expect(() => nextTime(cron, time)).toThrow('invalid cron');
    }),
    { numRuns: 10_000 },
  );
});
