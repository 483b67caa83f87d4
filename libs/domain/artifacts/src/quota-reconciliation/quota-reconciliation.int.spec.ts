import { QuotasService } from '@breakwater/quotas';
import { fakeJobContext } from '@breakwater/testing';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { DeletionBench, index, type Item } from '../deletion/deleted-artifacts.suite';
import { ProjectChanges } from '../usage/project-changes';
import { QuotaDriftRepository } from './quota-drift.repository';
import { QuotaReconciliation } from './quota-reconciliation.service';

let bench: DeletionBench;
let reconciliation: QuotaReconciliation;
let items: Item[];
const repositories = ['bench/a', 'bench/b'];

beforeAll(async () => {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  bench = await DeletionBench.start();
  reconciliation = new QuotaReconciliation(
    new QuotaDriftRepository(bench.bench.database),
    bench.service(ProjectChanges),
    bench.service(QuotasService),
  );
  const { images } = await bench.images([0], [0, 1], [1, 2]);
  items = [...images, index(images.slice(0, 2))];
});
afterAll(() => bench.bench.close());
beforeEach(() => bench.reset());

/** Pushes that succeed or not, deletes that do or not: what is left is of many kinds. */
const change = fc.record({
  kind: fc.constantFrom('push', 'push', 'push', 'delete'),
  repository: fc.constantFrom(...repositories),
  item: fc.nat({ max: 3 }),
});
/** What bugs and people with a database client do. */
const damage = fc.constantFrom(
  `UPDATE quota SET used = used + 12345`,
  `UPDATE quota SET used = 0`,
  `DELETE FROM project_blob WHERE blob_id = (SELECT min(blob_id) FROM project_blob)`,
  `INSERT INTO project_blob (project_id, blob_id) SELECT q.project_id, b.id FROM quota q, blob b ON CONFLICT DO NOTHING`,
  `DELETE FROM artifact WHERE id = (SELECT max(id) FROM artifact)`,
);

it('finds nothing where nothing is wrong, and makes right whatever was made wrong', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 10 }),
      fc.array(damage, { maxLength: 3 }),
      async (changes, damages) => {
        await bench.reset();
        for (const { kind, repository, item } of changes) {
          const work = kind === 'push' ? bench.push(repository, items[item]!) : bench.delete(repository, items[item]!);
          await work.catch(() => undefined);
        }
        expect(await reconciliation.reconcile(bench.projectId)).toBeUndefined();
        for (const sql of damages) await bench.sql(sql);
        const wrong = await bench.contradictions();
        const before = await bench.used();
        const found = await reconciliation.reconcile(bench.projectId);
        if (wrong.length > 0) expect(found).toBeDefined();
        expect(await bench.contradictions()).toEqual([]);
        expect(found?.bytes ?? 0).toBe(Math.abs((await bench.used()) - before));
        expect(await reconciliation.reconcile(bench.projectId)).toBeUndefined();
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

it('never takes a push that goes on for a drift', async () => {
  let over = false;
  const pushes = (async () => {
    for (let round = 0; round < 15; round++) {
      await bench.push('bench/a', items[round % 3]!);
      await bench.delete('bench/a', items[round % 3]!);
    }
    over = true;
  })();
  const found = [];
  while (!over) found.push(await reconciliation.reconcile(bench.projectId));
  await pushes;
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(Boolean)).toEqual([]);
}, 60_000);

it('goes through every project, tells of those that were wrong, and goes on where it was', async () => {
  await bench.sql(`INSERT INTO project (name, owner_id) SELECT 'p' || n, 1 FROM generate_series(1, 45) n`);
  await bench.sql(`INSERT INTO quota (project_id, used) SELECT id, 0 FROM project WHERE name LIKE 'p%'`);
  await bench.sql(`UPDATE quota SET used = 7 WHERE project_id IN (SELECT id FROM project WHERE name IN ('p3', 'p44'))`);
  const [{ projects }] = (await bench.sql<{ projects: number }>('SELECT count(*)::int AS projects FROM quota')) as [
    { projects: number },
  ];
  const told: number[] = [];
  const context = fakeJobContext();
  await reconciliation.run(context, ({ bytes }) => told.push(bytes));
  expect(told).toEqual([7, 7]);
  expect(context.outcome).toEqual({ checked_projects: projects, drifted_projects: 2, corrected_bytes: 14 });
  expect(context.lines).toHaveLength(2);
  const rest = fakeJobContext({ checkpoint: context.checkpoints[0] });
  await reconciliation.run(rest, () => undefined);
  expect(rest.outcome).toEqual({ checked_projects: projects, drifted_projects: 1, corrected_bytes: 7 });
  expect(rest.checkpoints).toEqual(context.checkpoints.slice(1).map(() => expect.anything()));
  await bench.sql(`DELETE FROM quota WHERE project_id <> $1`, [bench.projectId]);
  await bench.sql(`DELETE FROM project WHERE name LIKE 'p%'`);
});

it('ends between projects when it is told to', async () => {
  const stopped = new Error('stopped');
  const context = fakeJobContext({ signal: AbortSignal.abort(stopped) });
  await expect(reconciliation.run(context, () => undefined)).rejects.toBe(stopped);
});
