import { AppError } from '../errors';
import { excerpt } from '../excerpt';

/** `n` undefined: as many as the server likes. `last` undefined: from the beginning. */
export interface RegistryPage {
  n: number | undefined;
  last: string | undefined;
}

/**
 * `n` and `last` of the tag list and the catalog (distribution-spec "Listing Tags"); more than `max` is taken as
 * `max`. Throws PAGINATION_NUMBER_INVALID.
 */
export function parseRegistryPage(query: { n?: string; last?: string }, max = Number.MAX_SAFE_INTEGER): RegistryPage {
  return { n: parseCount(query.n, max), last: parseLast(query.last) };
}

/** The Link header that leads to the page after `page.last` (RFC 8288). `path` has no query. */
export function nextPageLink(path: string, page: { n: number; last: string }): string {
  return `<${path}?n=${page.n}&last=${encodeURIComponent(page.last)}>; rel="next"`;
}

function parseCount(text: string | undefined, max: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text)) {
    throw new AppError('PAGINATION_NUMBER_INVALID', `invalid n ${excerpt(text)}: expected a number, 0 or more`);
  }
  return Math.min(Number(text), max);
}

/**
 * `last` need not exist, it is a place in the order. Postgres refuses NUL in text; no name holds one, so the place
 * is the same without it and what follows.
 */
function parseLast(text: string | undefined): string | undefined {
  const [place] = text?.split('\0', 1) ?? [];
  return place === '' ? undefined : place;
}
