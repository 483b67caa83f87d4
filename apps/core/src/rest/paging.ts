import { parseQuery, parseSort } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { z } from 'zod';

/** One page of a list, with the number of all its rows. Controllers return it; `PageInterceptor` makes headers of it. */
export class Page<T> {
  constructor(
    readonly items: T[],
    readonly total: number,
    readonly paging: Paging,
  ) {}
}

export interface Paging {
  page: number;
  page_size: number;
}

const maxPageSize = 100;

/** Spread into the query schema of a list that has pages. */
export const pagingShape = {
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31)
    .default(1)
    .describe('The page number'),
  // Harbor answers every row to 0 and -1, to anybody who asks; here nobody gets more than a page at once.
  page_size: z.coerce.number().int().min(1).max(maxPageSize).default(10).describe('Rows per page'),
};

/** Spread into the query schema of a list that can be searched and sorted too (management-platform.md section 1.4). */
export const listShape = {
  q: z
    .string()
    .max(2_048)
    .optional()
    .describe('Filters: `k=v`, `k=~v`, `k=[min~max]`, `k={v1 v2}`, `k=(v1 v2)`, separated by commas'),
  sort: z.string().max(255).optional().describe('`k1,-k2`: ascending by k1, then descending by k2'),
  ...pagingShape,
};

/** What the domain's list queries take. Throws BAD_REQUEST for a malformed `q`. */
export function listOptions(query: Paging & { q?: string; sort?: string }): ListOptions {
  return { filters: parseQuery(query.q), sorts: parseSort(query.sort), page: query.page, pageSize: query.page_size };
}
