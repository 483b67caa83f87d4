import { digestLike, mutateText, nasty } from './texts.mjs';

/** Values of every kind, for a place that expects another. */
const scalars = (random, state) => [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  2 ** 63,
  '',
  [],
  {},
  [[]],
  'x'.repeat(random.int(1, 5_000)),
  random.pick(nasty),
  'a\u0000b',
  '\ud800',
  digestLike(random, state),
];

/** Does structural harm somewhere inside; `depth` bounds the way down. */
export function mutateValue(random, state, value, depth = 6) {
  if (depth === 0 || typeof value !== 'object' || value === null || random.chance(0.2))
    return typeof value === 'string' && random.chance(0.5)
      ? mutateText(random, value)
      : random.pick(scalars(random, state));
  const key = random.pick(Object.keys(value));
  if (key === undefined) return random.pick(scalars(random, state));
  if (Array.isArray(value)) return mutateList(random, state, value, { key, depth });
  const { [key]: inner, ...rest } = value;
  return random.weighted([
    [1, () => rest],
    [1, () => ({ ...rest, [mutateText(random, key)]: inner })],
    [1, () => ({ ...value, [random.pick(['__proto__', 'Layers', 'MANIFESTS', 'toString', 'x'])]: inner })],
    [4, () => ({ ...value, [key]: mutateValue(random, state, inner, depth - 1) })],
  ])();
}

function mutateList(random, state, list, { key, depth }) {
  return random.weighted([
    [3, () => list.map((item, i) => (i === Number(key) ? mutateValue(random, state, item, depth - 1) : item))],
    [1, () => [...list, ...list]],
    [1, () => Array.from({ length: random.pick([100, 3_000, 10_001]) }, () => list[key])],
    [1, () => [...list, random.pick(scalars(random, state))]],
  ])();
}
