import {
  Database,
  filterConditions,
  limitOffset,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** Whether a digest can be pulled, can be restored, or is gone for good. */
export type DigestState = 'present' | 'deleted' | 'purged';

/** A tag was made, moved or deleted. */
export interface TagMoveDetail {
  id: number;
  name: string;
  /** Null: it was deleted. */
  digest: string | null;
  /** Null: it was not there before. */
  previousDigest: string | null;
  digestState: DigestState | null;
  previousDigestState: DigestState | null;
  /** Name of the user or robot. */
  actor: string;
  time: Date;
}

const columns: ListColumns = {
  id: { sql: 'h.id', type: 'number' },
  name: { sql: 'h.name', type: 'text' },
  digest: { sql: 'h.new_digest', type: 'text' },
  previous_digest: { sql: 'h.old_digest', type: 'text' },
  actor: { sql: 'h.actor', type: 'text' },
  time: { sql: 'h.creation_time', type: 'time' },
};

/** By id alone, Postgres would go through everybody's moves in search of ours. */
const { id: _id, ...sortColumns } = columns;

/** What is counted exactly; beyond, a list says that there are so many. */
const counted = 100_000;

const stateOf = (digest: string, repository: string): string => `CASE
  WHEN ${digest} IS NULL THEN NULL
  WHEN EXISTS (SELECT FROM artifact a WHERE a.repository_id = h.repository_id AND a.digest = ${digest}) THEN 'present'
  WHEN EXISTS (SELECT FROM deleted_artifact d WHERE d.repository_name = ${repository} AND d.digest = ${digest}) THEN 'deleted'
  ELSE 'purged' END`;

@Injectable()
export class TagHistoryRepository {
  constructor(private readonly database: Database) {}

  /** The latest first. Of one tag, or of all. Undefined when there is no such repository. */
  async list(
    { repository, tag }: { repository: string; tag?: string },
    options: ListOptions,
  ): Promise<{ items: TagMoveDetail[]; total: number } | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      'SELECT id FROM repository WHERE name = $1 AND first_push_time IS NOT NULL',
      [repository],
    );
    if (!row) return undefined;
    const { sql, values, countSql, countValues } = pageOf({ id: row.id, name: repository, tag }, options);
    const rows = await this.database.query<TagMoveDetail & { total: number }>(sql, values);
    const items = rows.map(({ total, ...item }) => item);
    if (rows[0]) return { items, total: rows[0].total };
    // A page after the last one, or none at all.
    const [count] = await this.database.query<{ total: number }>(countSql, countValues);
    return { items, total: count?.total ?? 0 };
  }

  /** Whether the tag ever pointed to the digest. */
  async pointedTo(repositoryId: number, tag: string, digest: string): Promise<boolean> {
    const [row] = await this.database.query<{ found: boolean }>(
      `SELECT EXISTS (SELECT FROM tag_history h
         WHERE h.repository_id = $1 AND h.name = $2 AND (h.new_digest = $3 OR h.old_digest = $3)) AS found`,
      [repositoryId, tag, digest],
    );
    return row?.found ?? false;
  }
}

/** What there is of it is counted along with the page. */
function pageOf(
  repository: { id: number; name: string; tag?: string },
  options: ListOptions,
): { sql: string; values: unknown[]; countSql: string; countValues: unknown[] } {
  const parameters = new SqlParameters();
  const where = [
    `h.repository_id = ${parameters.add(repository.id)}`,
    ...(repository.tag === undefined ? [] : [`h.name = ${parameters.add(repository.tag)}`]),
    ...filterConditions(columns, options.filters, parameters),
  ].join(' AND ');
  const countSql = `SELECT count(*)::int AS total FROM (SELECT FROM tag_history h WHERE ${where} LIMIT ${counted}) c`;
  const countValues = [...parameters.values];
  const direction = options.sorts.at(-1)?.descending ? 'DESC' : 'ASC';
  const order = orderBy(sortColumns, options.sorts, 'h.creation_time DESC, h.id DESC', `h.id ${direction}`);
  const page = `SELECT h.id FROM tag_history h WHERE ${where} ORDER BY ${order} ${limitOffset(options, parameters)}`;
  const name = parameters.add(repository.name);
  const sql = `
    SELECT h.id, h.name, h.new_digest AS digest, h.old_digest AS "previousDigest", h.actor, h.creation_time AS "time",
      ${stateOf('h.new_digest', name)} AS "digestState", ${stateOf('h.old_digest', name)} AS "previousDigestState",
      (${countSql}) AS total
    FROM tag_history h WHERE h.id IN (${page}) ORDER BY ${order}`;
  return { sql, values: parameters.values, countSql, countValues };
}
