import { LRUCache } from 'lru-cache';
import type { Database } from './database';
import { limitOffset, type ListOptions } from './list-query';
import type { SqlParameters } from './sql-parameters';

interface PageQuery {
  /** A function where they take parameters, which the count has no use for. */
  columns: string | ((parameters: SqlParameters) => string);
  /** FROM and WHERE. */
  from: string;
  order: string;
  /**
   * Where much hangs on a row: `tables`, FROM without WHERE, are read for the `key`s of the page alone. `from` and
   * `order` hold for the table that the key is of.
   */
  rows?: { key: string; tables: string };
  /**
   * How many `from` has, where somebody counts that anyway. Only with `rows`, and with an order whose terms all tell
   * their direction: pages behind the middle are read from the end.
   */
  known?: number;
  /** FROM and WHERE to count, where `from` finds the page and no more. Of the same parameters. */
  countFrom?: string;
  /** An index to count along, where conditions lead to none: the planner would read the table instead. */
  countAlong?: string;
  /** Of `from`. */
  parameters: SqlParameters;
}

type Paging = Pick<ListOptions, 'page' | 'pageSize'>;

/** Rows are counted up to here; beyond that the total is only what the page proves. */
const mostCounted = 100_000;
/** Counting fewer costs less than remembering is worth. */
const leastRemembered = 10_000;
const freshMs = 2_000;
const rememberedMs = 2 * freshMs;

/**
 * Totals of long lists of one kind, as they were within the last seconds: for lists that lag behind anyway, and for those
 * that are too long to be counted for everybody who asks. After two seconds one counts anew, and the others go on.
 */
export class RecentTotals {
  private readonly totals = new LRUCache<string, { total: number; freshUntil: number }>({
    max: 1_000,
    ttl: rememberedMs,
  });

  /** Undefined: count. */
  get(key: string): number | undefined {
    const known = this.totals.get(key);
    if (!known) return undefined;
    const now = performance.now();
    if (now < known.freshUntil) return known.total;
    known.freshUntil = now + freshMs;
    return undefined;
  }

  /** Of what was counted. */
  set(key: string, total: number): void {
    if (total >= leastRemembered) this.totals.set(key, { total, freshUntil: performance.now() + freshMs });
    else this.totals.delete(key);
  }
}

/** A page of rows and how many there are of all pages, in one query unless the page lies behind the last row. */
export async function countedPage<Row extends object>(
  database: Database,
  query: PageQuery,
  options: Paging,
  recent?: RecentTotals,
): Promise<{ items: Row[]; total: number }> {
  const { parameters, known } = query;
  const counted = [...parameters.values];
  const key = JSON.stringify([query.countFrom ?? query.from, counted]);
  const remembered = known ?? recent?.get(key);
  const rows = await database.query<Row & { total: number }>(
    pageSql(query, options, remembered === undefined ? `(${countSql(query)})` : String(remembered)),
    parameters.values,
  );
  const items = rows.map(({ total: _total, ...row }) => row as unknown as Row);
  if (known !== undefined) return { items, total: known };
  const total = rows[0]?.total ?? (await countBehind(database, { sql: countSql(query), values: counted }, options));
  if (remembered === undefined) recent?.set(key, total);
  return { items, total: shownTotal(total, items.length, options) };
}

/** Of a page without rows: nothing at all when it is the first. */
async function countBehind(
  database: Database,
  { sql, values }: { sql: string; values: unknown[] },
  { page }: Paging,
): Promise<number> {
  if (page === 1) return 0;
  const [row] = await database.query<{ total: number }>(sql, values);
  return row?.total ?? 0;
}

function pageSql(query: PageQuery, options: Paging, total: string): string {
  const { columns, from, order, rows, parameters } = query;
  const head = `SELECT ${typeof columns === 'string' ? columns : columns(parameters)}, ${total} AS total`;
  if (!rows) return `${head} ${from} ORDER BY ${order} ${limitOffset(options, parameters)}`;
  const page = `SELECT ${rows.key} ${from} ${inOrder(query, options)}`;
  return `${head} ${rows.tables} WHERE ${rows.key} IN (${page}) ORDER BY ${order}`;
}

/** ORDER BY, LIMIT and OFFSET: the rows of the page, from whichever end is nearer. */
function inOrder({ order, known, parameters }: PageQuery, options: Paging): string {
  const offset = (options.page - 1) * options.pageSize;
  const left = (known ?? 0) - offset;
  if (left <= 0 || left >= offset) return `ORDER BY ${order} ${limitOffset(options, parameters)}`;
  const size = Math.min(options.pageSize, left);
  return `ORDER BY ${reversed(order)} LIMIT ${parameters.add(size)} OFFSET ${parameters.add(left - size)}`;
}

const reversed = (order: string): string =>
  order.replace(/\b(?:ASC|DESC)\b/g, (direction) => (direction === 'ASC' ? 'DESC' : 'ASC'));

function countSql({ from, countFrom = from, countAlong }: PageQuery): string {
  const along = countAlong === undefined ? '' : `ORDER BY ${countAlong}`;
  return `SELECT count(*)::int AS total FROM (SELECT ${countFrom} ${along} LIMIT ${mostCounted + 1}) counted`;
}

/** `Link` leads on as long as pages are full. */
function shownTotal(total: number, shown: number, { page, pageSize }: Paging): number {
  if (total <= mostCounted) return total;
  return Math.max(mostCounted, (page - 1) * pageSize + shown + (shown === pageSize ? 1 : 0));
}
