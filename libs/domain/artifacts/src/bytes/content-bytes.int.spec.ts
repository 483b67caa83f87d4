import fc from 'fast-check';
import { DeletionBench, image, index, type Item } from '../deletion/deleted-artifacts.suite';
import { DeletionModel } from '../deletion/deletion-model.suite';
import { ContentBytesRepository, type ContentBytes } from './content-bytes.repository';

let bench: DeletionBench;
let items: Item[];
const repositories = ['bench/a', 'bench/b', 'bench/c'];

beforeAll(async () => {
  bench = await DeletionBench.start();
  const { images, config } = await bench.images([0], [0, 1], [1, 2], [2]);
  const inner = index(images.slice(0, 2));
  items = [...images, inner, index([inner, images[2]!]), image(config, [], images[0])];
});
afterAll(() => bench.bench.close());

/** What is held of some artifacts: by digest, bytes. */
function contentOf(held: Item[]): Map<string, number> {
  const content = new Map<string, number>();
  for (const { digest, payload, blobs } of held) {
    content.set(digest, payload.length);
    for (const blob of blobs) content.set(blob.digest, blob.size);
  }
  return content;
}

function bytesOf(own: Item[], others: Item[]): ContentBytes {
  const elsewhere = contentOf(others);
  const content = [...contentOf(own)];
  const sum = (parts: [string, number][]): number => parts.reduce((total, [, size]) => total + size, 0);
  return { bytes: sum(content), uniqueBytes: sum(content.filter(([digest]) => !elsewhere.has(digest))) };
}

interface Placed {
  repository: string;
  item: Item;
}

const placed = (model: DeletionModel): Placed[] =>
  [...model.live].map(([name, { item }]) => ({ repository: name.split('@')[0]!, item }));

/** The item and what it leads to in its repository. */
function withChildren(all: Placed[], root: Placed): Placed[] {
  const parts = [root];
  for (const { item } of parts)
    parts.push(
      ...all.filter(
        (one) => one.repository === root.repository && item.children.includes(one.item.digest) && !parts.includes(one),
      ),
    );
  return parts;
}

async function expectFigures(model: DeletionModel): Promise<void> {
  const figures = bench.service(ContentBytesRepository);
  const all = placed(model);
  const itemsOf = (some: Placed[]): Item[] => some.map(({ item }) => item);
  const project = { bytes: bytesOf(itemsOf(all), []).bytes, uniqueBytes: 0 };
  for (const repository of repositories) {
    const inside = all.filter((one) => one.repository === repository);
    const expected = bytesOf(itemsOf(inside), itemsOf(all.filter((one) => !inside.includes(one))));
    expect((await figures.ofRepository(repository)) ?? { bytes: 0, uniqueBytes: 0 }).toEqual(expected);
    project.uniqueBytes += expected.uniqueBytes;
  }
  expect(await figures.ofProject(bench.projectId)).toEqual({
    ...project,
    deletedBytes: model.used() - project.bytes,
  });
  for (const one of all) {
    const parts = withChildren(all, one);
    const [row] = await bench.sql<{ id: number }>(
      'SELECT a.id FROM artifact a JOIN repository r ON r.id = a.repository_id WHERE r.name = $1 AND a.digest = $2',
      [one.repository, one.item.digest],
    );
    const expected = bytesOf(itemsOf(parts), itemsOf(all.filter((other) => !parts.includes(other))));
    expect(await figures.ofArtifact(row!.id)).toEqual(expected);
  }
}

/** What is counted and what is there. */
const counters = `
  SELECT r.name, r.tag_count, r.artifact_count FROM repository r
  WHERE r.tag_count <> (SELECT count(*) FROM tag t WHERE t.repository_id = r.id
                        AND NOT EXISTS (SELECT FROM accessory c WHERE c.artifact_id = t.artifact_id))
    OR EXISTS (SELECT FROM tag t WHERE t.repository_id = r.id
               AND t.listed = EXISTS (SELECT FROM accessory c WHERE c.artifact_id = t.artifact_id))`;

interface Step {
  kind: 'push' | 'delete' | 'restore' | 'purge' | 'deleteRepository' | 'window';
  repository: string;
  item: number;
  tag?: string;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...([
      'push',
      'push',
      'push',
      'push',
      'delete',
      'delete',
      'restore',
      'purge',
      'deleteRepository',
      'window',
    ] as const),
  ),
  repository: fc.constantFrom(...repositories),
  item: fc.nat({ max: 6 }),
  tag: fc.constantFrom(undefined, 'v1', 'v2'),
});

class Run {
  readonly model = new DeletionModel();
  private keep = true;

  /** Does it on the platform, and in the model when the platform did. */
  async do({ kind, repository, item: position, tag }: Step): Promise<void> {
    const item = items[position]!;
    const { model } = this;
    const ways: Record<Step['kind'], [() => Promise<unknown>, () => unknown]> = {
      push: [() => bench.push(repository, item, tag), () => model.push(repository, item, tag)],
      delete: [() => bench.delete(repository, item), () => model.delete(repository, item, this.keep)],
      restore: [() => bench.restore(repository, item), () => model.restore(repository, item)],
      purge: [() => bench.purge(repository, item), () => model.purge(repository, item)],
      deleteRepository: [() => bench.deleteRepository(repository), () => model.deleteRepository(repository, this.keep)],
      window: [() => bench.window(position % 2 === 1 ? 7 : 0), () => (this.keep = position % 2 === 1)],
    };
    const [onPlatform, inModel] = ways[kind];
    const done = await onPlatform().then(
      () => true,
      () => false,
    );
    if (done) inModel();
  }
}

it('says what a plain model says, whatever is pushed, copied, deleted, restored and purged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await bench.reset();
      await bench.window(7);
      const run = new Run();
      for (const one of steps) {
        await run.do(one);
        expect(await bench.live()).toEqual(run.model.lines(run.model.live));
        await expectFigures(run.model);
      }
      expect(await bench.sql(counters)).toEqual([]);
    }),
    { numRuns: 30 },
  );
}, 280_000);

it('is exact when all of it happens at once', async () => {
  await bench.reset();
  await bench.window(7);
  const random = fc.sample(step, { numRuns: 200, seed: 11 }).filter(({ kind }) => kind !== 'window');
  const run = new Run();
  for (let from = 0; from < random.length; from += 20)
    await Promise.all(random.slice(from, from + 20).map((one) => run.do(one)));
  // In which order it happened the model cannot know: the figures are compared with the rows.
  const [figures] = await bench.sql<{ wrong: number }>(
    `WITH held AS (
       SELECT a.repository_id, b.digest, b.size FROM artifact a JOIN artifact_blob ab ON ab.artifact_id = a.id JOIN blob b ON b.id = ab.blob_id
       UNION SELECT repository_id, digest, manifest_size FROM artifact),
     counted AS (
       SELECT repository_id, sum(size) AS total, sum(size) FILTER (WHERE repositories = 1) AS sole
       FROM (SELECT h.*, count(*) OVER (PARTITION BY digest) AS repositories FROM held h) h GROUP BY 1)
     SELECT count(*)::int AS wrong FROM repository r LEFT JOIN counted c ON c.repository_id = r.id
     WHERE r.total_bytes <> coalesce(c.total, 0) OR r.unique_bytes <> coalesce(c.sole, 0)`,
  );
  expect(figures).toEqual({ wrong: 0 });
  expect(await bench.sql(counters)).toEqual([]);
  expect(await bench.sql('SELECT FROM repository_content WHERE artifacts < 1')).toEqual([]);
}, 120_000);
