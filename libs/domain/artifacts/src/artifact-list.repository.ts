import type { QuerySort, Reference } from '@breakwater/kernel';
import { countedPage, Database, orderBy, RecentTotals, SqlParameters, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { artifactColumns, artifactConditions, type ArtifactScope } from './artifact-conditions';
import { artifactSelect, withDates, type ArtifactDetail, type ArtifactParts } from './artifact-detail';

/** Reads of artifacts for the management API: a page with all that hangs on its artifacts is one query. */
@Injectable()
export class ArtifactListRepository {
  /** Only of what a filter leaves: a list without filters is counted exactly. */
  private readonly totals = new RecentTotals();

  constructor(private readonly database: Database) {}

  async list(
    scope: ArtifactScope,
    options: ListOptions,
    parts: ArtifactParts,
  ): Promise<{ items: ArtifactDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const sorts = telling(scope, options.sorts);
    const from = fromClause(scope, { ...options, sorts }, parameters);
    const query = { columns: artifactSelect(parts), from, order: orderOf(sorts), rows, parameters };
    const known = await this.known(scope, options);
    const { items, total } = await countedPage<ArtifactDetail>(
      this.database,
      { ...query, ...(known !== undefined && { known }) },
      options,
      this.totals,
    );
    return { items: items.map(withDates), total };
  }

  /** All that is listed is counted already. */
  private async known(scope: ArtifactScope, { filters }: ListOptions): Promise<number | undefined> {
    if (filters.length > 0 || ('latest' in scope && scope.latest)) return undefined;
    if ('repositoryId' in scope) return scope.artifactCount;
    const [row] = await this.database.query<{ total: number }>(
      'SELECT coalesce(sum(artifact_count), 0)::int AS total FROM repository WHERE project_id = $1',
      [scope.projectId],
    );
    return row?.total ?? 0;
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
const rows = { key: 'a.id', tables: 'FROM artifact a JOIN repository r ON r.id = a.repository_id' };

/** What all artifacts of the scope have in common sorts nothing. */
function telling(scope: ArtifactScope, sorts: readonly QuerySort[]): readonly QuerySort[] {
  const same = 'repositoryId' in scope ? /^(?:repository|project)_?(?:id|name)$/i : /^project_?id$/i;
  return sorts.filter(({ key }) => !same.test(key));
}

/** Among equals the newest first, or last: indexes can be read in either direction, but in no mixture of both. */
function orderOf(sorts: readonly QuerySort[]): string {
  const last = sorts.at(-1);
  const direction = last && !last.descending ? 'ASC' : 'DESC';
  const tie = last && /type$/i.test(last.key) ? `a.push_time ${direction}, a.id ${direction}` : `a.id ${direction}`;
  return orderBy(artifactColumns, sorts, 'a.push_time DESC, a.id DESC', tie);
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
  return `FROM artifact a ${named ? `JOIN repository r ON r.id = a.repository_id AND r.project_id = a.project_id ` : ''}WHERE ${where}`;
}

function scopeCondition(scope: ArtifactScope, parameters: SqlParameters): string {
  if ('repositoryId' in scope) return `a.repository_id = ${parameters.add(scope.repositoryId)}`;
  return `a.project_id = ${parameters.add(scope.projectId)}`;
}
