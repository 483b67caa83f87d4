import type { Principal, UserPrincipal } from '@breakwater/access';
import { parseQuery, parseSort } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { AuditListRepository } from './audit-list.repository';
import { AuditModule } from './audit.module';

const rows = 100_000;
const admin: Principal = { kind: 'user', id: 1, name: 'admin', sysadmin: true, epoch: 0 };
const owner: UserPrincipal = { kind: 'user', id: 2, name: 'owner', sysadmin: false, epoch: 0 };
const robot = (namespace: string, effect: 'allow' | 'deny' = 'allow', projectId = 0): Principal => ({
  kind: 'robot',
  id: 1,
  name: 'robot$r',
  projectId,
  epoch: 0,
  grants: [{ kind: 'project', namespace, resource: 'log', action: 'list', effect }],
});

let testDatabase: TestDatabase;
let app: INestApplicationContext;
let list: AuditListRepository;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  app = await startTestModules(testDatabase.url, { imports: [AuditModule] });
  list = app.get(AuditListRepository, { strict: false });
  await sql(`INSERT INTO user_account (id, username, password_hash) VALUES (2, 'owner', '')`);
  await sql(`INSERT INTO project (id, name, owner_id) SELECT n, 'p' || n, 2 FROM generate_series(1, 100) n`);
  await sql(`INSERT INTO project_member (project_id, entity_id, entity_type, role_id)
             VALUES (3, 2, 'u', 1), (4, 2, 'u', 1), (5, 2, 'u', 4)`);
  for (const month of ['01', '02', '03'])
    await sql(`CREATE TABLE audit_log_2031_${month} PARTITION OF audit_log
               FOR VALUES FROM ('2031-${month}-01Z') TO (timestamptz '2031-${month}-01Z' + interval '1 month')`);
  await sql(
    `INSERT INTO audit_log (op_time, project_id, username, operation, resource_type, resource)
     SELECT timestamptz '2031-01-01Z' + n * interval '1 minute', n % 100 + 1, 'user-' || n % 500,
            CASE WHEN n % 1000 = 0 THEN 'delete' ELSE 'create' END, CASE WHEN n % 5000 = 0 THEN 'robot' ELSE 'artifact' END, 'p' || n % 100 + 1 || '/app:v' || n
     FROM generate_series(1, ${rows}) n`,
  );
  await sql('VACUUM ANALYZE audit_log');
}, 120_000);
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

const sql = <T>(text: string, values: unknown[] = []): Promise<T[]> =>
  app.get(Database, { strict: false }).query<T>(text, values);
const options = (q = '', sort = '', page = 1, pageSize = 10) => ({
  filters: parseQuery(q),
  sorts: parseSort(sort),
  page,
  pageSize,
});

describe('the audit log', () => {
  it('shows the newest first, page by page, and how many there are', async () => {
    const first = await list.visible(admin, options());
    expect(first.total).toBe(rows);
    expect(first.items.map(({ resource }) => resource).slice(0, 2)).toEqual(['p1/app:v100000', 'p100/app:v99999']);
    expect((await list.visible(admin, options('', 'op_time', rows / 10))).items.at(-1)?.resource).toBe(
      'p1/app:v100000',
    );
    expect(await list.visible(admin, options('', '', rows / 10 + 1))).toEqual({ items: [], total: rows });
  });

  it('counts exactly up to 100 000, and leads on beyond', async () => {
    await sql(`INSERT INTO audit_log (op_time, username, operation, resource_type, resource)
               SELECT '2030-12-01Z', 'x', 'create', 'artifact', 'x' FROM generate_series(1, 50)`);
    const all = 'operation={create delete}';
    expect((await list.visible(admin, options(all, '', 1, 10))).total).toBe(rows);
    expect((await list.visible(admin, options(all, '', 10_002, 10))).total).toBe(rows + 21);
    expect((await list.visible(admin, options(all, '', 10_005, 10))).total).toBe(rows + 51);
    await sql(`DELETE FROM audit_log WHERE op_time = '2030-12-01Z'`);
  });

  it.each([
    ['a project administrator the logs of those projects', owner, 2_000],
    ['a member of none nothing', { ...owner, id: 77 }, 0],
    ['a robot of the system the project that it was given', robot('p7'), 1_000],
    ['a robot with every project all of theirs', robot('*'), rows],
    ['a robot that was refused nothing', robot('p7', 'deny'), 0],
    ['the robot of a project its own', robot('p7', 'allow', 7), 1_000],
  ] as [string, Principal, number][])('shows %s', async (_title, principal, total) => {
    expect((await list.visible(principal, options())).total).toBe(total);
  });

  it('of a project is its own', async () => {
    const { items, total } = await list.ofProject(3, options('operation=create', '-op_time', 1, 100));
    expect(total).toBe(1_000);
    expect(items.every(({ resource }) => resource.startsWith('p3/'))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a user', 'username=user-17'],
    ['a resource', 'resource=p3/app:v2'],
    ['an operation on a type', 'resource_type=robot,operation=delete'],
    ['a type', 'resource_type=robot'],
    ['a time', 'op_time=[2031-02-10T00:00:00~2031-02-11T00:00:00]'],
    ['a user in a time', 'username=user-17,op_time=[2031-02-10T00:00:00~2031-02-20T00:00:00]'],
  ])('filtered by %s is read through an index', async (_title, q) => {
    expect(await scannedWhole((fresh) => fresh.visible(admin, options(q)))).toEqual([]);
    expect(await scannedWhole((fresh) => fresh.visible(owner, options(q)))).toEqual([]);
    expect(await scannedWhole((fresh) => fresh.ofProject(3, options(q)))).toEqual([]);
  });

  it('skips the months that a filter leaves out', async () => {
    const day = 'op_time=[2031-02-10T00:00:00~2031-02-11T00:00:00]';
    const plan = await planOf((fresh) => fresh.visible(admin, options(day)));
    expect(plan).toContain('audit_log_2031_02');
    expect(plan).not.toContain('audit_log_2031_01');
  });
});

type Work = (fresh: AuditListRepository) => Promise<unknown>;

/** The plan of the one query that `work` sends, with nothing remembered. */
async function planOf(work: Work): Promise<string> {
  const database = app.get(Database, { strict: false });
  const query = jest.spyOn(database, 'query');
  await work(new AuditListRepository(database));
  const calls = [...query.mock.calls];
  query.mockRestore();
  expect(calls).toHaveLength(1);
  const [text, values] = calls[0] as [string, unknown[]];
  const lines = await sql<Record<string, string>>(`EXPLAIN ${text}`, values);
  return lines.map((line) => Object.values(line)[0]).join('\n');
}

/** Partitions of the log that hold rows and are read from end to end. */
async function scannedWhole(work: Work): Promise<string[]> {
  return (await planOf(work)).split('\n').filter((line) => /Seq Scan on audit_log_2031/.test(line));
}
