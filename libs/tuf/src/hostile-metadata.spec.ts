import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TufError } from './errors';
import { parseEnvelope } from './metadata';
import { validatePublication } from './publication';
import { parseSnapshot, parseTimestamp } from './snapshot';

const golden = (name: string): Buffer => readFileSync(join(__dirname, 'fixtures', `${name}.txt`));
const names = ['root', 'targets', 'snapshot', 'timestamp', 'targets-with-signer'] as const;
const now = new Date('2026-11-23T00:00:00Z');
const gun = '127.0.0.1:5000/lib/app';

/** Every way to a value of a JSON document. */
function paths(value: unknown, at: string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => paths(item, [...at, key]))];
}

function replaced(value: unknown, [first, ...rest]: string[], by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === first ? replaced(item, rest, by) : item));
  const entries = Object.entries(value as object).map(([key, item]) => [
    key,
    key === first ? replaced(item, rest, by) : item,
  ]);
  return Object.fromEntries(entries);
}

/** Nothing but a refusal comes of it. */
function refusedOrRead(bytes: Buffer): void {
  for (const read of [parseSnapshot, parseTimestamp, publish('root'), publish('targets'), publish('targets/carol')]) {
    try {
      read(parseEnvelope(bytes));
    } catch (error) {
      if (!(error instanceof TufError)) throw error;
    }
  }
}

const publish = (role: string) => (envelope: ReturnType<typeof parseEnvelope>) => {
  const stored = (name: string) => ({ root: golden('root'), targets: golden('targets-with-signer') })[name];
  validatePublication({ gun, now, uploaded: new Map([[role, envelope]]), stored });
  if (role === 'root')
    validatePublication({ gun, now, uploaded: new Map([['root', envelope]]), stored: () => undefined });
};

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    -1,
    0,
    2 ** 53,
    1.5,
    '2026-13-40T99:99:99Z',
    'LS0tLS1CRUdJTg==',
    null,
  ),
  fc.base64String(),
);

it('whatever stands in a file, it is read or refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), value, (name, index, by) => {
      const file: unknown = JSON.parse(golden(name).toString());
      const all = paths(file);
      refusedOrRead(Buffer.from(JSON.stringify(replaced(file, all[index % all.length]!, by))));
    }),
    { numRuns: 800 },
  );
});

it('whatever bytes they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => refusedOrRead(Buffer.from(bytes))),
    { numRuns: 300 },
  );
});
