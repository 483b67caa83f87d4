import fc from 'fast-check';
import { canonicalJson } from './canonical-json';
import { TufError } from './errors';

const text = (value: unknown): string => canonicalJson(value).toString();

it.each([
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  // Nothing but these two is escaped.
  ['a"b\\c\n\u0001é', '"a\\"b\\\\c\n\u0001é"'],
  [{ '\u{1F600}': 1, '\uFF5E': 2, é: 3, z: 4, '"': 5 }, '{"\\"":5,"z":4,"é":3,"\uFF5E":2,"\u{1F600}":1}'],
  [-0, '0'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
])('%j is %s', (value, expected) => {
  expect(text(value)).toBe(expected);
});

it.each([[1.5], [2 ** 53], [NaN], [undefined], [{ a: undefined }], [() => 1]])('%p has no canonical form', (value) => {
  expect(() => text(value)).toThrow(TufError);
});

it('is not led into the depths', () => {
  expect(() => text(JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)))).toThrow('nested too deeply');
});

const integers = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    integers,
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('tree'), { maxLength: 4 }),
  map: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 6 }), tie('tree'), { maxKeys: 4 }),
}));

/** Control characters stand as they are, which JSON.parse refuses. */
const readable = (canonical: string): string =>
  canonical.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

it('says the same as the value, whatever the order of its keys', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const canonical = text(value);
      const again = JSON.parse(readable(canonical)) as unknown;
      expect(again).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text(again)).toBe(canonical);
      expect(text(reversed(value))).toBe(canonical);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
