import fc from 'fast-check';
import { DeletionBench, image, index, type Item } from './deleted-artifacts.suite';
import { DeletionModel } from './deletion-model.suite';

let bench: DeletionBench;
let items: Item[];
const repositories = ['bench/a', 'bench/b'];
const tags = ['v1', 'v2'];

beforeAll(async () => {
  bench = await DeletionBench.start();
  const { images, config, layers } = await bench.images([0], [0, 1], [1, 2]);
  items = [
    ...images,
    index(images.slice(0, 2)),
    index(images.slice(1)),
    image(config, [], images[0]),
    image(config, [layers[2]!], index(images.slice(0, 2))),
  ];
});
afterAll(() => bench.bench.close());
beforeEach(() => bench.reset());

type Kind = 'push' | 'delete' | 'deleteRepository' | 'restore' | 'purge' | 'window';

interface Step {
  kind: Kind;
  repository: string;
  item: number;
  tag?: string;
}

const kinds: Kind[] = [
  'push',
  'push',
  'push',
  'delete',
  'delete',
  'restore',
  'restore',
  'purge',
  'deleteRepository',
  'window',
];
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...kinds),
  repository: fc.constantFrom(...repositories),
  item: fc.nat({ max: 6 }),
  tag: fc.constantFrom(undefined, ...tags),
});

const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: { code?: string; errors?: { code: string }[] }) => error.code ?? error.errors?.[0]?.code ?? String(error),
  );

function run({ kind, repository, item, tag }: Step): Promise<unknown> {
  const what = items[item]!;
  switch (kind) {
    case 'push':
      return bench.push(repository, what, tag);
    case 'delete':
      return bench.delete(repository, what);
    case 'deleteRepository':
      return bench.deleteRepository(repository);
    case 'restore':
      return bench.restore(repository, what);
    case 'purge':
      return bench.purge(repository, what);
    case 'window':
      return bench.window(item % 2);
  }
}

function expected(model: DeletionModel, { kind, repository, item, tag }: Step, keep: boolean): string | undefined {
  const what = items[item]!;
  switch (kind) {
    case 'push':
      return model.push(repository, what, tag);
    case 'delete':
      return model.delete(repository, what, keep);
    case 'restore':
      return model.restore(repository, what);
    case 'purge':
      return model.purge(repository, what);
    default:
      return undefined;
  }
}

it('does what the plain model does, whatever is pushed, deleted, restored and purged in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await bench.reset();
      await bench.window(7);
      const model = new DeletionModel();
      let keep = true;
      for (const one of steps) {
        const code = await codeOf(run(one));
        if (one.kind === 'window') keep = one.item % 2 === 1;
        if (one.kind === 'deleteRepository') model.deleteRepository(one.repository, keep);
        // A repository that was never pushed to is unknown itself.
        else expect(code?.replace('NAME_UNKNOWN', 'MANIFEST_UNKNOWN')).toBe(expected(model, one, keep));
        expect(await bench.used()).toBe(model.used());
      }
      expect(await bench.live()).toEqual(model.lines(model.live));
      expect(await bench.hidden()).toEqual(model.lines(model.hidden));
      expect(await bench.contradictions()).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 240_000);

it('never drifts, tears an artifact or passes the limit when all of it happens at once', async () => {
  const most = items.reduce((sum, { payload }) => sum + payload.length, 0) + 1_702;
  const random = fc.sample(step, { numRuns: 600, seed: 7 });
  const seen = new Set<string | undefined>();
  for (let round = 0; round < 30; round++) {
    const limit = [-1, most - 1_500, -1, most - 700][round % 4]!;
    const before = await bench.used();
    await bench.sql('UPDATE quota SET hard = $1', [limit]);
    await bench.window(round % 5 === 0 ? 0 : 7);
    const steps = random.slice(round * 20, round * 20 + 20).filter(({ kind }) => kind !== 'window');
    const codes = await Promise.all(steps.map((one) => codeOf(run(one))));
    codes.forEach((code) => seen.add(code));
    expect(await bench.contradictions()).toEqual([]);
    if (limit >= 0) expect(await bench.used()).toBeLessThanOrEqual(Math.max(limit, before));
  }
  const known = ['DENIED', 'MANIFEST_BLOB_UNKNOWN', 'MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND', 'PRECONDITION'];
  expect([...seen].filter((code) => code !== undefined && !known.includes(code))).toEqual([]);
  expect([...seen]).toEqual(expect.arrayContaining([undefined, 'DENIED', 'NOT_FOUND', 'MANIFEST_UNKNOWN']));
}, 240_000);
