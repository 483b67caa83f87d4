import { LRUCache } from 'lru-cache';
import type { Database } from './database';
import { limitOffset, type ListOptions, type PageQuery } from './list-query';

interface CountedPageQuery extends PageQuery {
  /** An index to count along, where conditions lead to none: the planner would read the table instead. */
  countAlong?: string;
}

/** Rows are counted up to here; beyond that the total is only what the page proves. */
const mostCounted = 100_000;
/** Counting fewer costs less than remembering is worth. */
const leastRemembered = 10_000;
const rememberedMs = 2_000;

/** Totals of long lists of one kind, as they were within the last two seconds: for lists that lag behind anyway. */
export class RecentTotals {
  private readonly totals = new LRUCache<string, number>({ max: 1_000, ttl: rememberedMs });

  get(key: string): number | undefined {
    return this.totals.get(key);
  }

  set(key: string, total: number): void {
    if (total >= leastRemembered && !this.totals.has(key)) this.totals.set(key, total);
  }
}

/** A page of rows and how many there are of all pages, in one query unless the page lies behind the last row. */
export async function countedPage<Row extends object>(
  database: Database,
  query: CountedPageQuery,
  options: Pick<ListOptions, 'page' | 'pageSize'>,
  recent?: RecentTotals,
): Promise<{ items: Row[]; total: number }> {
  const { columns, from, order, parameters } = query;
  const counted = [...parameters.values];
  const key = JSON.stringify([from, counted]);
  const count = countSql(query);
  const total = recent?.get(key) ?? `(${count})`;
  const rows = await database.query<Row & { total: number }>(
    `SELECT ${columns}, ${total} AS total ${from} ORDER BY ${order} ${limitOffset(options, parameters)}`,
    parameters.values,
  );
  const [first] =
    rows.length > 0 || options.page === 1 ? rows : await database.query<{ total: number }>(count, counted);
  const found = first?.total ?? 0;
  recent?.set(key, found);
  const items = rows.map(({ total: _total, ...row }) => row as unknown as Row);
  return { items, total: shownTotal(found, items.length, options) };
}

function countSql({ from, countAlong }: CountedPageQuery): string {
  const along = countAlong === undefined ? '' : `ORDER BY ${countAlong}`;
  return `SELECT count(*)::int AS total FROM (SELECT ${from} ${along} LIMIT ${mostCounted + 1}) counted`;
}

/** `Link` leads on as long as pages are full. */
function shownTotal(total: number, shown: number, { page, pageSize }: Pick<ListOptions, 'page' | 'pageSize'>): number {
  if (total <= mostCounted) return total;
  return Math.max(mostCounted, (page - 1) * pageSize + shown + (shown === pageSize ? 1 : 0));
}
