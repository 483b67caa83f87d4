import type { Reference } from '@breakwater/kernel';
import { Database, limitOffset, orderBy, SqlParameters, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { artifactColumns, artifactConditions } from './artifact-conditions';
import { artifactSelect, withDates, type ArtifactDetail, type ArtifactParts } from './artifact-detail';

/** Artifacts of one repository, or of a project; `latest`: of each repository the one pushed last. */
export type ArtifactScope = { repositoryId: number } | { projectId: number; latest?: boolean };

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
    const counted = [...parameters.values];
    const order = orderBy(artifactColumns, options.sorts, 'a.push_time DESC, a.id DESC', 'a.id DESC');
    const [items, [count]] = await Promise.all([
      this.database.query<ArtifactDetail>(
        pageSql(`SELECT a.id ${from} ORDER BY ${order} ${limitOffset(options, parameters)}`, order, parts),
        parameters.values,
      ),
      this.database.query<{ total: number }>(`SELECT count(*)::int AS total ${from}`, counted),
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
  const own =
    'repositoryId' in scope
      ? `a.repository_id = ${parameters.add(scope.repositoryId)}`
      : `a.project_id = ${parameters.add(scope.projectId)}`;
  const from = `FROM artifact a JOIN repository r ON r.id = a.repository_id WHERE ${[own, ...artifactConditions(options.filters, parameters)].join(' AND ')}`;
  if (!('latest' in scope) || !scope.latest) return from;
  const latest = `SELECT DISTINCT ON (a.repository_id) a.* ${from} ORDER BY a.repository_id, a.push_time DESC, a.id DESC`;
  return `FROM (${latest}) a JOIN repository r ON r.id = a.repository_id`;
}
