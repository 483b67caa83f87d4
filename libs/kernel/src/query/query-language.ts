import { AppError } from '../errors';
import { excerpt } from '../excerpt';

export type QueryValue = string | number | Date;

/** One `key=value` of `q`; which members are set depends on `match`: value, min and/or max, or values. */
export interface QueryFilter {
  key: string;
  match: 'exact' | 'fuzzy' | 'range' | 'or' | 'and';
  value?: string;
  min?: QueryValue;
  max?: QueryValue;
  values?: QueryValue[];
}

export interface QuerySort {
  key: string;
  descending: boolean;
}

type Condition = Omit<QueryFilter, 'key'>;

/**
 * The `q` parameter of list operations (management-platform.md section 1.4): `k=v`, `k=~v`, `k=[min~max]`,
 * `k={a b}`, `k=(a b)`, with commas between. A later pair replaces an earlier one of the same key.
 * Throws BAD_REQUEST.
 */
export function parseQuery(q: string | undefined): QueryFilter[] {
  if (q === undefined || q === '') return [];
  const filters = new Map<string, QueryFilter>();
  for (const pair of unescapeOnce(q).split(',')) {
    const equals = pair.indexOf('=');
    if (equals <= 0 || equals === pair.length - 1) throw invalid(pair, 'expected <key>=<value>, neither empty');
    // Postgres has no NUL in text.
    if (pair.includes('\0')) throw invalid(pair, 'NUL is not a character of any value');
    const key = pair.slice(0, equals);
    filters.set(key, { key, ...parseCondition(pair.slice(equals + 1)) });
  }
  return [...filters.values()];
}

/** The `sort` parameter: `name,-creation_time` is by name, then newest first. */
export function parseSort(sort: string | undefined): QuerySort[] {
  return (sort ?? '')
    .split(',')
    .map((part) => (part.startsWith('-') ? { key: part.slice(1), descending: true } : { key: part, descending: false }))
    .filter(({ key }) => key !== '');
}

/** The router has decoded the parameter; Harbor decodes it once more, and takes it as it is when that fails. */
function unescapeOnce(q: string): string {
  try {
    return decodeURIComponent(q.replaceAll('+', ' '));
  } catch {
    return q;
  }
}

function parseCondition(text: string): Condition {
  switch (text[0]) {
    case '~':
      return parseFuzzy(text);
    case '[':
      return parseRange(text);
    case '{':
      return { match: 'or', values: parseList(text, '}') };
    case '(':
      return { match: 'and', values: parseList(text, ')') };
    default:
      return { match: 'exact', value: text.startsWith('\\') ? text.slice(1) : text };
  }
}

function parseFuzzy(text: string): Condition {
  if (text.length < 2) throw invalid(text, 'a fuzzy match needs text after "~"');
  return { match: 'fuzzy', value: text.slice(1) };
}

function parseRange(text: string): Condition {
  const [min, max, ...more] = text.slice(1, -1).split('~');
  if (!text.endsWith(']') || min === undefined || max === undefined || more.length > 0) {
    throw invalid(text, 'a range is [<min>~<max>]');
  }
  const bounds = { ...bound('min', min), ...bound('max', max) };
  if (Object.keys(bounds).length === 0) throw invalid(text, 'a range needs a minimum or a maximum');
  return { match: 'range', ...bounds };
}

function bound(side: 'min' | 'max', text: string): Pick<QueryFilter, 'min' | 'max'> {
  return text.trim() === '' ? {} : { [side]: parseValue(text) };
}

function parseList(text: string, close: '}' | ')'): QueryValue[] {
  const values = text
    .slice(1, -1)
    .split(' ')
    .map(parseValue)
    .filter((value) => value !== '');
  if (!text.endsWith(close) || values.length === 0) throw invalid(text, `a list is ${text[0]}<value> <value>…${close}`);
  return values;
}

/** A time in UTC, else an integer, else text without quotes around it. Integers beyond 2^53 stay text. */
function parseValue(text: string): QueryValue {
  const trimmed = text.trim();
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(trimmed)) {
    const time = new Date(`${trimmed}Z`);
    if (isRealTime(time, trimmed)) return time;
  }
  if (/^[+-]?\d+$/.test(trimmed) && Number.isSafeInteger(Number(trimmed))) return Number(trimmed);
  return withoutQuotes(trimmed);
}

/** Not a regular expression: `["']+$` takes quadratic time on a long run of quotes that ends in a letter. */
function withoutQuotes(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isQuote(text[start])) start += 1;
  while (end > start && isQuote(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isQuote(character: string | undefined): boolean {
  return character === '"' || character === "'";
}

/** Date takes 30 February as 2 March. */
function isRealTime(time: Date, text: string): boolean {
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

function invalid(text: string, problem: string): AppError {
  return new AppError('BAD_REQUEST', `invalid query ${excerpt(text)}: ${problem}`);
}
