import { parseQuery, parseSort } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { startArtifacts, type ArtifactsBench } from './artifacts.suite';
import { ContentBytesRepository } from './bytes/content-bytes.repository';
import { plansOf, sequentialScans } from './query-plans.suite';
import { ArtifactSearchService } from './search/artifact-search.service';
import { RepositorySearchRepository } from './search/repository-search.repository';
import { TagHistoryService } from './tag-history/tag-history.service';
import { RepositoryTagsService } from './tag-list/repository-tags.service';

const large = 12_000;
const admin = { kind: 'user', id: 1, name: 'admin', sysadmin: true, epoch: 0 } as const;
const stranger = { ...admin, id: 999, name: 'stranger', sysadmin: false };

let bench: ArtifactsBench;
/** Of more than 10 000 rows. */
let largeTables: ReadonlySet<string>;

/** A repository of many tags, and as many repositories of a few, one artifact each with one blob. */
beforeAll(async () => {
  bench = await startArtifacts();
  const sql = (text: string, values: unknown[] = []) => bench.database.query(text, values);
  await sql(
    `INSERT INTO repository (project_id, name, first_push_time)
     SELECT $1, CASE WHEN n = 0 THEN 'bench/large' ELSE 'bench/team-' || n || '/app' END, now() FROM generate_series(0, ${large}) n`,
    [bench.projectId],
  );
  await sql(
    `INSERT INTO manifest (digest, payload, size) SELECT 'sha256:' || encode(sha256(n::text::bytea), 'hex'), '', 100 FROM generate_series(1, ${2 * large}) n`,
  );
  await sql(`INSERT INTO blob (digest, size) SELECT 'sha256:b' || n, n FROM generate_series(1, ${large}) n`);
  await sql(
    `INSERT INTO artifact (project_id, repository_id, digest, type, media_type, manifest_media_type, size, manifest_size, annotations, push_time)
     SELECT r.project_id, r.id, 'sha256:' || encode(sha256(n::text::bytea), 'hex'), 'IMAGE', '', '', n, 100,
       jsonb_build_object('revision', n::text, 'vendor', 'all'), timestamptz '2026-01-01' + make_interval(mins => n)
     FROM generate_series(1, ${2 * large}) n
     JOIN repository r ON r.name = CASE WHEN n <= ${large} THEN 'bench/large' ELSE 'bench/team-' || (n - ${large}) || '/app' END`,
  );
  await sql(
    `INSERT INTO artifact_blob (artifact_id, blob_id) SELECT a.id, b.id FROM artifact a JOIN blob b ON b.size = 1 + a.size % ${large}`,
  );
  await sql(
    `INSERT INTO tag (repository_id, artifact_id, name, push_time, pull_time)
     SELECT repository_id, id, CASE WHEN size <= ${large} THEN '1.' || size || '.0' ELSE 'latest' END, push_time,
       CASE WHEN size % 3 = 0 THEN push_time END FROM artifact`,
  );
  await sql(
    `INSERT INTO tag_history (repository_id, name, new_digest, actor)
     SELECT t.repository_id, t.name, a.digest, 'ci' FROM tag t JOIN artifact a ON a.id = t.artifact_id`,
  );
  await sql(
    `INSERT INTO tag_history (repository_id, name, new_digest, actor)
     SELECT r.id, 'v' || n, NULL, 'ci' FROM repository r, generate_series(1, 8) n WHERE r.name <> 'bench/large'`,
  );
  await sql(
    `INSERT INTO label (name, project_id) SELECT 'l-' || n, $1::bigint FROM generate_series(1, ${large}) n UNION ALL SELECT 'all', NULL`,
    [bench.projectId],
  );
  await sql(
    `INSERT INTO label_reference (label_id, artifact_id)
     SELECT l.id, a.id FROM artifact a JOIN label l ON l.name = 'all' OR (l.name = 'l-' || a.size AND a.size % 2 = 0)`,
  );
  await sql('VACUUM ANALYZE');
  const tables = await bench.database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND reltuples > 10000`,
  );
  largeTables = new Set(tables.map(({ name }) => name));
  expect([...largeTables]).toEqual(
    expect.arrayContaining(['repository', 'artifact', 'tag', 'tag_history', 'label', 'label_reference']),
  );
}, 120_000);
afterAll(() => bench.close());

const service = <T>(type: new (...args: never[]) => T): T => bench.app.get(type, { strict: false });
const options = (sort = '', q = '', page = 1): ListOptions => ({
  filters: parseQuery(q),
  sorts: parseSort(sort),
  page,
  pageSize: 10,
});

/** Two queries at most, no table of many rows from one end to the other, and not many rows read. */
async function expectFrugal(work: () => Promise<unknown>, rows: number): Promise<void> {
  const plans = await plansOf(bench, work);
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.length).toBeLessThanOrEqual(2);
  for (const plan of plans) {
    const scans = sequentialScans(plan).filter((table) => largeTables.has(table));
    expect({ sql: plan.sql, scans }).toEqual({ sql: plan.sql, scans: [] });
    const { sql, mostRows, blocks } = plan;
    // A few blocks for each row: of the indexes on the way, and of the tables.
    const few = mostRows <= rows && blocks <= 100 + 8 * rows;
    expect({ sql, mostRows, blocks, few }).toEqual({ sql, mostRows, blocks, few: true });
  }
}

const noFacts = { sql: 'NULL' };

it.each([
  '',
  'version',
  '-version',
  'push_time',
  '-push_time',
  'pull_time',
  '-pull_time',
  'size',
  '-size',
  'name',
  '-name',
])('tags of a repository by %s read little more than a page', async (sort) => {
  const list = () =>
    service(RepositoryTagsService).list({ id: bench.projectId }, 'bench/large', options(sort), noFacts);
  await expectFrugal(list, 100);
});

it('tags of a repository by name read them once', async () => {
  await expectFrugal(
    () =>
      service(RepositoryTagsService).list({ id: bench.projectId }, 'bench/large', options('', 'name=1.77.0'), noFacts),
    100,
  );
});

it.each([undefined, '1.77.0'])('the history of %s reads little more than a page, and counts', async (tag) => {
  const scope = { repository: 'bench/large', ...(tag !== undefined && { tag }) };
  await expectFrugal(() => service(TagHistoryService).list(scope, options(), noFacts), tag === undefined ? large : 100);
});

it.each([
  [admin, { tag: 'latest' }, 1_000],
  [admin, { tag: '1.1*' }, 1_000],
  [admin, { annotation: 'vendor=all' }, 1_000],
  [admin, { label: 'all' }, 1_000],
  [admin, { label: 'l-*' }, 1_100],
  [admin, { label: 'l-77' }, 10],
  [admin, { tag: '1.77.0' }, 10],
  [admin, { tag: '9.9*' }, 10],
  [admin, { annotation: 'revision=77' }, 10],
  [admin, { digest: 'abcdef' }, 10],
  // Sees nothing, and costs no more for it.
  [stranger, { tag: 'latest' }, 1_000],
  [stranger, { annotation: 'vendor=all' }, 1_000],
  [stranger, { label: 'all' }, 1_000],
])('searching is bounded whoever asks: %j %j', async (principal, wanted, rows) => {
  await expectFrugal(() => service(ArtifactSearchService).find(principal, wanted, { size: 10 }), rows);
});

it.each(['team-777', 'app', 'e'])('names are searched without reading them all: %s', async (text) => {
  await expectFrugal(() => service(RepositorySearchRepository).find(admin, text, 10), large);
});

it('bytes are read, not counted', async () => {
  const bytes = service(ContentBytesRepository);
  await expectFrugal(() => bytes.ofRepository('bench/large'), 10);
  const [artifact] = await bench.database.query<{ id: number }>('SELECT min(id) AS id FROM artifact');
  await expectFrugal(() => bytes.ofArtifact(artifact!.id), 100);
});
