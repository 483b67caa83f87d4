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

/** A tag with what it points to. */
export interface RepositoryTagDetail {
  id: number;
  repositoryId: number;
  artifactId: number;
  name: string;
  pushTime: Date;
  pullTime: Date | null;
  digest: string;
  type: string;
  mediaType: string;
  manifestMediaType: string;
  artifactType: string;
  /** Manifest, config and layers together, in bytes. */
  size: number;
  /** A signature is attached; whether it is valid is not looked at here. */
  hasSignature: boolean;
}

/** Something else about each tag of a list: an SQL expression on `tag t` and `artifact a`, read for the page alone. */
export interface TagFacts<T> {
  sql: string;
  /** For the type of what it gives. */
  readonly gives?: T;
}

const columns: ListColumns = {
  id: { sql: 't.id', type: 'number' },
  name: { sql: 't.name', type: 'text' },
  artifact_id: { sql: 't.artifact_id', type: 'number' },
  push_time: { sql: 't.push_time', type: 'time' },
  pull_time: { sql: 't.pull_time', type: 'time' },
  digest: { sql: 'a.digest', type: 'text' },
  type: { sql: 'a.type', type: 'text' },
  media_type: { sql: 'a.media_type', type: 'text' },
  artifact_type: { sql: 'a.artifact_type', type: 'text' },
  size: { sql: 'a.size', type: 'number' },
};

const { id: _id, artifact_id: _artifactId, ...sortable } = columns;

/**
 * What has never been pulled was pulled before all else. Each of time, version and size has its index; not the ids, by which
 * Postgres would go through everybody's tags in search of ours.
 */
const sortColumns: ListColumns = {
  ...sortable,
  pull_time: { sql: `coalesce(t.pull_time, '-infinity'::timestamptz)`, type: 'time' },
  version: { sql: 'tag_version_key(t.name)', type: 'text' },
};

const detail = `t.id, t.repository_id AS "repositoryId", t.artifact_id AS "artifactId", t.name, t.push_time AS "pushTime",
  t.pull_time AS "pullTime", a.digest, a.type, a.media_type AS "mediaType", a.manifest_media_type AS "manifestMediaType",
  a.artifact_type AS "artifactType", a.size,
  EXISTS (SELECT FROM accessory c WHERE c.repository_id = a.repository_id AND c.subject_digest = a.digest
          AND c.type LIKE 'signature.%') AS "hasSignature"`;

const tables = 'FROM tag t JOIN artifact a ON a.id = t.artifact_id';

/** The tags of a repository, a row each: those of accessories are no tags for people. */
@Injectable()
export class RepositoryTagsRepository {
  /** Only of what a filter leaves. */
  private readonly totals = new RecentTotals();

  constructor(private readonly database: Database) {}

  /** By any column of the whole set; the tag pushed last first. Undefined when there is no such repository. */
  async list<T>(
    repository: string,
    options: ListOptions,
    facts: TagFacts<T>,
  ): Promise<{ items: (RepositoryTagDetail & { facts: T })[]; total: number } | undefined> {
    // With its id, and not its name, Postgres knows how much there is of a repository, and which index to take.
    const [row] = await this.database.query<{ id: number; tagCount: number }>(
      'SELECT id, tag_count AS "tagCount" FROM repository WHERE name = $1 AND first_push_time IS NOT NULL',
      [repository],
    );
    if (!row) return undefined;
    const parameters = new SqlParameters();
    const from = fromClause(row.id, options, parameters);
    const direction = options.sorts.at(-1)?.descending ? 'DESC' : 'ASC';
    const order = orderBy(sortColumns, options.sorts, 't.push_time DESC, t.id DESC', `t.id ${direction}`);
    const columns = `${detail}, ${facts.sql} AS facts`;
    const query = { columns, from, order, rows: { key: 't.id', tables }, parameters };
    // All that is listed is counted already.
    const known = options.filters.length === 0 && { known: row.tagCount };
    return countedPage(this.database, { ...query, ...known }, options, this.totals);
  }
}

function fromClause(repositoryId: number, { filters, sorts }: ListOptions, parameters: SqlParameters): string {
  const id = parameters.add(repositoryId);
  const conditions = filterConditions(columns, filters, parameters);
  // Named twice, so that the artifacts can come in the order of their sizes.
  const ofArtifact = [...filters, ...sorts].some(({ key }) =>
    /^(?:digest|size|type|media_?type|artifact_?type)/i.test(key),
  );
  const join = ofArtifact ? `JOIN artifact a ON a.id = t.artifact_id AND a.repository_id = ${id}` : '';
  return `FROM tag t ${join} WHERE ${[`t.repository_id = ${id}`, 't.listed', ...conditions].join(' AND ')}`;
}
