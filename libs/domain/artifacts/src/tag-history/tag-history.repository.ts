import {
  countedPage,
  Database,
  filterConditions,
  orderBy,
  RecentTotals,
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
  /** Where the request came from. */
  sourceAddress: string;
  time: Date;
}

/** Something else about each move of a list: an SQL expression on `tag_history h`, read for the page alone. */
export interface TagMoveFacts<T> {
  sql: string;
  /** For the type of what it gives. */
  readonly gives?: T;
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

const stateOf = (digest: string): string => `CASE
  WHEN ${digest} IS NULL THEN NULL
  WHEN EXISTS (SELECT FROM artifact a WHERE a.repository_id = h.repository_id AND a.digest = ${digest}) THEN 'present'
  WHEN EXISTS (SELECT FROM deleted_artifact d JOIN repository r ON r.name = d.repository_name
               WHERE r.id = h.repository_id AND d.digest = ${digest}) THEN 'deleted'
  ELSE 'purged' END`;

const shown = `h.id, h.name, h.new_digest AS digest, h.old_digest AS "previousDigest", h.actor, h.source_address AS "sourceAddress",
  h.creation_time AS "time",
  ${stateOf('h.new_digest')} AS "digestState", ${stateOf('h.old_digest')} AS "previousDigestState"`;
const rows = { key: 'h.id', tables: 'FROM tag_history h' };

@Injectable()
export class TagHistoryRepository {
  private readonly totals = new RecentTotals();

  constructor(private readonly database: Database) {}

  /** The latest first. Of one tag, or of all. Undefined when there is no such repository. */
  async list<T>(
    { repository, tag }: { repository: string; tag?: string },
    options: ListOptions,
    facts: TagMoveFacts<T>,
  ): Promise<{ items: (TagMoveDetail & { facts: T })[]; total: number } | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      'SELECT id FROM repository WHERE name = $1 AND first_push_time IS NOT NULL',
      [repository],
    );
    if (!row) return undefined;
    const parameters = new SqlParameters();
    const where = [
      `h.repository_id = ${parameters.add(row.id)}`,
      ...(tag === undefined ? [] : [`h.name = ${parameters.add(tag)}`]),
      ...filterConditions(columns, options.filters, parameters),
    ].join(' AND ');
    const direction = options.sorts.at(-1)?.descending ? 'DESC' : 'ASC';
    const order = orderBy(sortColumns, options.sorts, 'h.creation_time DESC, h.id DESC', `h.id ${direction}`);
    const from = `FROM tag_history h WHERE ${where}`;
    const query = { columns: `${shown}, ${facts.sql} AS facts`, from, order, rows, parameters };
    return countedPage(this.database, query, options, this.totals);
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
