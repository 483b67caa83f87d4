import type { Reference } from '@breakwater/kernel';
import { Database, limitOffset, orderBy, SqlParameters, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { artifactColumns, artifactConditions, type ArtifactScope } from './artifact-conditions';
import { artifactSelect, withDates, type ArtifactDetail, type ArtifactParts } from './artifact-detail';

/** Reads of artifacts for the management API: a page with all that hangs on its artifacts is one query, the count another. */
@Injectable()
export class ArtifactListRepository {
  constructor(private readonly database: Database) {}

  async list(
    scope: ArtifactScope,
    options: ListOptions,
    parts: ArtifactParts,
  ): Promise<{ items: ArtifactDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const from = fromClause(scope, options, parameters);
    const [countSql, counted] = countQuery(scope, options, { from, values: [...parameters.values] });
    const order = orderBy(artifactColumns, options.sorts, 'a.push_time DESC, a.id DESC', 'a.id DESC');
    const [items, [count]] = await Promise.all([
      this.database.query<ArtifactDetail>(
        pageSql(`SELECT a.id ${from} ORDER BY ${order} ${limitOffset(options, parameters)}`, order, parts),
        parameters.values,
      ),
      this.database.query<{ total: number }>(countSql, counted),
    ]);
    return { items: items.map(withDates), total: count?.total ?? 0 };
  }

  /** Any artifact of the repository, listed or not, by tag or digest. */
  async find(repository: string, reference: Reference, parts: ArtifactParts): Promise<ArtifactDetail | undefined> {
    const [condition, value] =
      reference.kind === 'digest'
        ? ['a.digest = $2', reference.digest]
        : ['a.id = (SELECT t.artifact_id FROM tag t WHERE t.repository_id = r.id AND t.name = $2)', reference.tag];
    const [row] = await this.database.query<ArtifactDetail>(
      `SELECT ${artifactSelect(parts)} FROM repository r JOIN artifact a ON a.repository_id = r.id WHERE r.name = $1 AND ${condition}`,
      [repository, value],
    );
    return row && withDates(row);
  }
}

/** What hangs on artifacts is gathered for those of the page only, not for those before it. */
function pageSql(page: string, order: string, parts: ArtifactParts): string {
  return `SELECT ${artifactSelect(parts)} FROM artifact a JOIN repository r ON r.id = a.repository_id WHERE a.id IN (${page}) ORDER BY ${order}`;
}

function fromClause(scope: ArtifactScope, options: ListOptions, parameters: SqlParameters): string {
  const where = [scopeCondition(scope, parameters), ...artifactConditions(scope, options.filters, parameters)].join(
    ' AND ',
  );
  if ('latest' in scope && scope.latest) {
    // One look into each repository instead of a sort of all that the project holds.
    const newest = `SELECT a.* FROM artifact a WHERE a.repository_id = r.id AND ${where} ORDER BY a.push_time DESC, a.id DESC LIMIT 1`;
    return `FROM repository r CROSS JOIN LATERAL (${newest}) a WHERE r.project_id = ${parameters.add(scope.projectId)}`;
  }
  // The join costs as much as the rest of the list, and hardly any list needs it.
  const named = [...options.filters, ...options.sorts].some(({ key }) => /^repository_?name/i.test(key));
  return `FROM artifact a ${named ? 'JOIN repository r ON r.id = a.repository_id ' : ''}WHERE ${where}`;
}

function scopeCondition(scope: ArtifactScope, parameters: SqlParameters): string {
  if ('repositoryId' in scope) return `a.repository_id = ${parameters.add(scope.repositoryId)}`;
  return `a.project_id = ${parameters.add(scope.projectId)}`;
}

/** All that is listed is counted already. */
function countQuery(
  scope: ArtifactScope,
  options: ListOptions,
  { from, values }: { from: string; values: unknown[] },
): [sql: string, values: unknown[]] {
  const counted = !('latest' in scope && scope.latest) && options.filters.length === 0;
  if (!counted) return [`SELECT count(*)::int AS total ${from}`, values];
  const [column, id] = 'repositoryId' in scope ? ['id', scope.repositoryId] : ['project_id', scope.projectId];
  return [`SELECT coalesce(sum(artifact_count), 0)::int AS total FROM repository WHERE ${column} = $1`, [id]];
}
