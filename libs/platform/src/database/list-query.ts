import { AppError, type QueryFilter, type QuerySort, type QueryValue } from '@breakwater/kernel';
import { containsText } from './contains';
import type { SqlParameters } from './sql-parameters';

/** What a list is asked for. */
export interface ListOptions {
  filters: readonly QueryFilter[];
  sorts: readonly QuerySort[];
  page: number;
  pageSize: number;
}

/** A column that a list can be filtered and sorted by. */
export interface ListColumn {
  sql: string;
  type: 'text' | 'number' | 'time' | 'boolean';
}

/** By the name that `q` and `sort` use: snake case. */
export type ListColumns = Readonly<Record<string, ListColumn>>;

/**
 * The conditions that the filters of `q` make. Unknown keys are ignored, as Harbor's clients expect
 * (management-platform.md section 1.4). Throws BAD_REQUEST for a value that the column cannot hold.
 */
export function filterConditions(
  columns: ListColumns,
  filters: readonly QueryFilter[],
  parameters: SqlParameters,
): string[] {
  return filters.flatMap((filter) => {
    const [name = '', suffix] = filter.key.split('__');
    const column = columnOf(columns, name);
    return column ? [comparison(column, filter, suffix, parameters) ?? condition(column, filter, parameters)] : [];
  });
}

/** The text after ORDER BY. `fallback` is the list's own order; unknown keys are ignored; `tieBreak` makes pages stable. */
export function orderBy(columns: ListColumns, sorts: readonly QuerySort[], fallback: string, tieBreak: string): string {
  const terms = sorts.flatMap(({ key, descending }) => {
    const column = columnOf(columns, key);
    return column ? [`${column.sql} ${descending ? 'DESC' : 'ASC'}`] : [];
  });
  return terms.length ? [...terms, tieBreak].join(', ') : fallback;
}

/** `LIMIT … OFFSET …`, or nothing for every row. */
export function limitOffset(
  { page, pageSize }: Pick<ListOptions, 'page' | 'pageSize'>,
  parameters: SqlParameters,
): string {
  return `LIMIT ${parameters.add(pageSize)} OFFSET ${parameters.add((page - 1) * pageSize)}`;
}

const operators = new Map([
  ['gte', '>='],
  ['lte', '<='],
  ['gt', '>'],
  ['lt', '<'],
]);

/** Harbor's clients may spell a comparison in the key: `name__icontains=app`, `size__gte=10`. */
function comparison(
  column: ListColumn,
  filter: QueryFilter,
  suffix: string | undefined,
  parameters: SqlParameters,
): string | undefined {
  if (suffix === undefined || filter.match !== 'exact') return undefined;
  if (suffix === 'icontains') return condition(column, { ...filter, match: 'fuzzy' }, parameters);
  const operator = operators.get(suffix);
  return operator && `${column.sql} ${operator} ${parameters.add(convert(column.type, filter.key, filter.value))}`;
}

function condition({ sql, type }: ListColumn, filter: QueryFilter, parameters: SqlParameters): string {
  const typed = (value: QueryValue | undefined): string => parameters.add(convert(type, filter.key, value));
  switch (filter.match) {
    case 'exact':
      return `${sql} = ${typed(filter.value)}`;
    case 'fuzzy':
      return containsText(`(${sql})::text`, filter.value ?? '', parameters);
    case 'range':
      return `(${rangeTerms(sql, filter, typed).join(' AND ')})`;
    case 'or':
      return `${sql} IN (${(filter.values ?? []).map(typed).join(', ')})`;
    case 'and':
      return `(${(filter.values ?? []).map((value) => `${sql} = ${typed(value)}`).join(' AND ')})`;
  }
}

function rangeTerms(sql: string, { min, max }: QueryFilter, typed: (value: QueryValue) => string): string[] {
  return [
    ...(min === undefined ? [] : [`${sql} >= ${typed(min)}`]),
    ...(max === undefined ? [] : [`${sql} <= ${typed(max)}`]),
  ];
}

function convert(type: ListColumn['type'], key: string, value: QueryValue | undefined): unknown {
  const text = value instanceof Date ? value.toISOString() : String(value);
  if (type === 'number' && !(/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))))
    throw invalid(key, 'a whole number');
  if (type === 'boolean' && !/^(?:true|false|t|f|1|0)$/i.test(text)) throw invalid(key, 'true or false');
  return type === 'time' ? convertTime(key, text) : text;
}

const timeForm = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** UTC unless it says otherwise. JavaScript takes 30 February for 2 March and knows a year 0; Postgres refuses both. */
function convertTime(key: string, text: string): string {
  const [, day = '', zone] = timeForm.exec(text) ?? [];
  const time = Date.parse(zone || text === day ? text : `${text}Z`);
  if (day === '' || Number.isNaN(time) || time < firstTime || !isDay(day))
    throw invalid(key, 'a time such as 2026-01-31T00:00:00');
  return new Date(time).toISOString();
}

const firstTime = Date.parse('0001-01-02');

function isDay(text: string): boolean {
  const midnight = Date.parse(text);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
}

function invalid(key: string, expected: string): AppError {
  return new AppError('BAD_REQUEST', `invalid query: ${key} takes ${expected}`);
}

/** Keys may be Go field names: `PushTime` is push_time, `ProjectID` is project_id. */
function columnOf(columns: ListColumns, key: string): ListColumn | undefined {
  const name = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}
