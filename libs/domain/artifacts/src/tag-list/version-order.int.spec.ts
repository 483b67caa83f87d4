import fc from 'fast-check';
import { startArtifacts, type ArtifactsBench } from '../artifacts.suite';

let bench: ArtifactsBench;
beforeAll(async () => {
  bench = await startArtifacts();
});
afterAll(() => bench.close());

async function sorted(names: string[]): Promise<string[]> {
  const rows = await bench.database.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) name ORDER BY tag_version_key(name) COLLATE "C", name COLLATE "C"',
    [names],
  );
  return rows.map(({ name }) => name);
}

it.each([
  ['numbers by their value', ['1.9', '1.10', '2.0', '10.0']],
  ['with or without v', ['v1.0.1', '1.0.2', 'V1.0.3']],
  // Semantic Versioning 2.0.0, section 11.
  [
    'what comes before a release',
    [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
    ],
  ],
  ['more numbers than three', ['1.2.3', '1.2.3.1', '1.2.4']],
  ['short ones as if they went on with zeros', ['1', '1.0', '1.0.0', '1.0.1']],
  ['build metadata not at all', ['1.0.0-rc.1_b2', '1.0.0_a', '1.0.0_b', '1.0.1']],
  ['what is no version first', ['latest', 'main', 'v', 'v1.x', '0.0.1', '1.0.0']],
  ['numbers that no integer holds', ['9'.repeat(30), `1${'0'.repeat(30)}`]],
  ['dates and days', ['20240101', '20240102', '20250101']],
])('sorts %s', async (_what, names) => {
  expect(await sorted([...names].reverse())).toEqual(names);
});

interface Version {
  numbers: bigint[];
  identifiers: string[] | undefined;
}

/** Without regular expressions of the database's: cut at the first `_`, then at the first `-`. */
function parse(name: string): Version | undefined {
  const [plain = ''] = name.split('_', 1);
  const text = /^[vV]/.test(plain) ? plain.slice(1) : plain;
  const dash = text.indexOf('-');
  const core = (dash < 0 ? text : text.slice(0, dash)).split('.');
  if (!core.every((part) => part !== '' && [...part].every((digit) => digit >= '0' && digit <= '9'))) return undefined;
  if (dash === text.length - 1) return undefined;
  return {
    numbers: core.map(BigInt),
    identifiers: dash < 0 ? undefined : text.slice(dash + 1).split('.'),
  };
}

const ascii = (a: string, b: string): number => Number(a > b) - Number(a < b);
const isNumber = (text: string): boolean => /^\d+$/.test(text);

function compareIdentifiers(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return Number(BigInt(a) - BigInt(b));
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return ascii(a, b);
}

function compareVersions(a: Version, b: Version): number {
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at++) {
    const difference = (a.numbers[at] ?? 0n) - (b.numbers[at] ?? 0n);
    if (difference !== 0n) return difference > 0n ? 1 : -1;
  }
  if (!a.identifiers || !b.identifiers) return Number(!a.identifiers) - Number(!b.identifiers);
  for (let at = 0; at < Math.min(a.identifiers.length, b.identifiers.length); at++) {
    const difference = compareIdentifiers(a.identifiers[at]!, b.identifiers[at]!);
    if (difference !== 0) return difference;
  }
  return a.identifiers.length - b.identifiers.length;
}

function compare(a: string, b: string): number {
  const [one, other] = [parse(a), parse(b)];
  if (!one || !other) return Number(!!one) - Number(!!other) || ascii(a, b);
  return compareVersions(one, other) || ascii(a, b);
}

it('sorts as a plain comparison does', async () => {
  const number = fc.constantFrom('0', '1', '2', '9', '10', '010', '99', '100');
  const identifier = fc.oneof(number, fc.constantFrom('a', 'b', 'rc', 'rc-1', 'A', 'alpha', '1a', '-'));
  const version = fc
    .record({
      v: fc.constantFrom('', 'v', 'V'),
      core: fc.array(number, { minLength: 1, maxLength: 4 }),
      pre: fc.option(fc.array(identifier, { minLength: 1, maxLength: 3 })),
      build: fc.constantFrom('', '_1', '_b-2'),
    })
    .map(({ v, core, pre, build }) => `${v}${core.join('.')}${pre ? `-${pre.join('.')}` : ''}${build}`);
  const name = fc.oneof({ weight: 4, arbitrary: version }, fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,12}$/));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 2, maxLength: 30 }), async (names) => {
      expect(await sorted(names)).toEqual([...names].sort(compare));
    }),
    { numRuns: 150 },
  );
}, 60_000);
