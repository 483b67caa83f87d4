/* eslint-disable @nx/enforce-module-boundaries -- who is asked what, and of which rows, is the benchmark's to say */
import { Client } from 'pg';
import { completePlaces, findPlaces } from '../../../tools/bench/scale/places.mjs';
import { allRequests } from '../../../tools/bench/scale/requests.mjs';
import { OTHERWISE, resolved } from '../../../tools/bench/scale/scenarios.mjs';
import { BLOBS_PER_REPOSITORY } from '../../../tools/seed/scale.mjs';
import { reserveIds, writeTables } from '../../../tools/seed/tables.mjs';
/* eslint-enable @nx/enforce-module-boundaries */
import { hearStatements, statementsOf, type SentStatement } from './testing/sent-statements';
import { startTestCore, type TestCore } from './testing/test-core';

jest.setTimeout(300_000);

const scale = { projects: 40, repositories: 200, artifacts: 15_000, tags: 20_000, users: 11_000 };
/** Rows of a table that nothing may read from one end to the other. */
const large = 10_000;
const mostQueries = 2;
const tries = 3;
/** Where nothing but core runs. */
const expected: Record<string, number> = { ...OTHERWISE, getAddition: 503, getVolumes: 503 };

/** Operations that ask more often, and why. */
const moreQueries: Record<string, { most: number; why: string }> = {};

/** Reads of a whole table, by what a request is about, and why. */
const wholeTables: { request: RegExp; table: string; why: string }[] = [
  { request: /email=/, table: 'user_account', why: 'administrators alone look for a part of an address, and seldom' },
  {
    request: /q=(?:username|resource)=~/,
    table: 'audit_log_default',
    why: 'parts of texts, of which there is no index',
  },
];

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

let core: TestCore;
let client: Client;
let places: Record<string, unknown>;
let largeTables: ReadonlySet<string>;

beforeAll(async () => {
  core = await startTestCore({ DATABASE_POOL_SIZE: '8' });
  client = new Client({ connectionString: core.databaseUrl });
  await client.connect();
  const first = await reserveIds(client, scale, BLOBS_PER_REPOSITORY);
  const nothing = (): void => undefined;
  await writeTables({
    client,
    scale,
    first,
    passwordHash: '',
    say: nothing,
    writeBlob: nothing,
    blobsWritten: nothing,
  });
  await client.query('VACUUM ANALYZE');
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND reltuples > ${large}`,
  );
  largeTables = new Set(rows.map(({ name }) => name));
  places = await findPlaces(async (sql: string, values?: unknown[]) => (await client.query(sql, values)).rows);
  await completePlaces(places, callerOf('admin'));
  await core.createUser('member');
  for (const place of ['project', 'open']) await core.addMember((places[place] as { name: string }).name, 'member', 2);
  hearStatements();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await client.end();
  await core.close();
});

/** As the benchmark's callers are. */
function callerOf(as: string | undefined) {
  const ask = async (path: string, { method = 'GET', body }: { method?: string; body?: unknown } = {}) => {
    const answer = await core.request(method, path, { ...(as !== undefined && { as }), body });
    const headers = { get: (name: string) => answer.headers[name] ?? null };
    return {
      status: answer.status,
      headers,
      json: async () => answer.body as unknown,
      arrayBuffer: async () => undefined,
    };
  };
  return { id: 1, ask };
}

/** The fewest of three turns: what is cached may just have been forgotten, hardly three times in a row. */
async function asked(path: string, as: string | undefined): Promise<{ status: number; statements: SentStatement[] }> {
  let best: { status: number; statements: SentStatement[] } | undefined;
  for (let turn = 0; turn < tries && (best?.statements.length ?? Infinity) > mostQueries; turn++) {
    const { result, statements } = await statementsOf(() => callerOf(as).ask(path));
    if (statements.length < (best?.statements.length ?? Infinity)) best = { status: result.status, statements };
  }
  return best!;
}

const plans = new Map<string, string[]>();

/** Large tables that one of the statements reads from one end to the other. */
async function tablesReadWhole(statements: readonly SentStatement[]): Promise<string[]> {
  const found: string[] = [];
  for (const statement of statements) {
    const key = JSON.stringify(statement);
    if (!plans.has(key)) plans.set(key, await planned(statement));
    found.push(...(plans.get(key) ?? []));
  }
  return found;
}

async function planned({ text, values }: SentStatement): Promise<string[]> {
  if (!/^\s*(?:SELECT|WITH)/i.test(text)) return [];
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values);
  return nodesOf(rows[0]!['QUERY PLAN'][0].Plan)
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name'] ?? '')
    .filter((table) => largeTables.has(table));
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

it('has more than 10 000 rows wherever there will be many', () => {
  const many = ['artifact', 'artifact_blob', 'artifact_annotation', 'manifest', 'tag', 'tag_history', 'user_account'];
  expect([...largeTables]).toEqual(expect.arrayContaining(many));
  expect([...largeTables].some((name) => name.startsWith('audit_log'))).toBe(true);
});

it.each(['admin', 'member', undefined])(
  'every GET sends two queries at most, and reads no large table whole, for %s',
  async (as) => {
    const problems: string[] = [];
    let answered = 0;
    for (const { operation, path } of allRequests(places) as { operation: string; path: string }[]) {
      const own = await resolved(path, callerOf(as));
      const { status, statements } = await asked(own, as);
      if (status !== 200) {
        if (as === 'admin' && status !== expected[operation])
          problems.push(`${operation} ${own} was answered ${status}`);
        continue;
      }
      answered++;
      if (statements.length > (moreQueries[operation]?.most ?? mostQueries))
        problems.push(
          `${operation} ${own} asks ${statements.length} times: ${statements.map(({ text }) => text.trim().slice(0, 100)).join('; ')}`,
        );
      const whole = await tablesReadWhole(statements);
      for (const table of whole) {
        const allowed = wholeTables.find(
          (one) => one.table === table && one.request.test(`${operation} ${decodeURIComponent(own)}`),
        );
        if (!allowed) problems.push(`${operation} ${own} reads all of ${table}`);
      }
    }
    expect(problems).toEqual([]);
    expect(answered).toBeGreaterThan(20);
  },
);
