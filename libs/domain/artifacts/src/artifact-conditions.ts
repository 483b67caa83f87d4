import { AppError, type QueryFilter } from '@breakwater/kernel';
import { containsText, filterConditions, type ListColumns, type SqlParameters } from '@breakwater/platform';

/** Artifacts of one repository, which lists `artifactCount`, or of a project; `latest`: of each repository the one pushed last. */
export type ArtifactScope = { repositoryId: number; artifactCount: number } | { projectId: number; latest?: boolean };

const accessory = 'EXISTS (SELECT FROM accessory c WHERE c.artifact_id = a.id)';
const tagged = 'EXISTS (SELECT FROM tag t WHERE t.artifact_id = a.id)';

/** Columns of `artifact a` and `repository r` that `q` and `sort` may name. */
export const artifactColumns: ListColumns = {
  id: { sql: 'a.id', type: 'number' },
  project_id: { sql: 'a.project_id', type: 'number' },
  repository_id: { sql: 'a.repository_id', type: 'number' },
  repository_name: { sql: 'r.name', type: 'text' },
  digest: { sql: 'a.digest', type: 'text' },
  type: { sql: 'a.type', type: 'text' },
  media_type: { sql: 'a.media_type', type: 'text' },
  manifest_media_type: { sql: 'a.manifest_media_type', type: 'text' },
  artifact_type: { sql: 'a.artifact_type', type: 'text' },
  size: { sql: 'a.size', type: 'number' },
  push_time: { sql: 'a.push_time', type: 'time' },
  pull_time: { sql: 'a.pull_time', type: 'time' },
};

/**
 * The conditions of an artifact list, with the keys that only it has: `base=*`, `tags=*|nil|v1|~v`, `labels=(1 2)`
 * (management-platform.md section 1.4). Throws BAD_REQUEST.
 */
export function artifactConditions(
  scope: ArtifactScope,
  filters: readonly QueryFilter[],
  parameters: SqlParameters,
): string[] {
  const all = filters.some(({ key, value }) => key === 'base' && value === '*');
  const special = filters.flatMap((filter) => {
    if (filter.key === 'tags') return [tagCondition(scope, filter, parameters)];
    return filter.key === 'labels' ? [labelCondition(filter, parameters)] : [];
  });
  return [all ? `NOT ${accessory}` : 'a.listed', ...special, ...filterConditions(artifactColumns, filters, parameters)];
}

function tagCondition(scope: ArtifactScope, { match, value = '' }: QueryFilter, parameters: SqlParameters): string {
  if (match === 'exact' && value === '*') return tagged;
  if (match === 'exact' && value === 'nil') return `NOT ${tagged}`;
  const where = tagScope(scope, parameters);
  // An array, so that Postgres looks at the list's tags once and not at each artifact's in turn.
  const named = (test: string): string =>
    `a.id = ANY (ARRAY(SELECT t.artifact_id FROM tag t WHERE ${where} AND ${test}))`;
  if (match === 'exact') return named(`t.name = ${parameters.add(value)}`);
  if (match === 'fuzzy') return named(containsText('t.name', value, parameters));
  throw new AppError('BAD_REQUEST', 'invalid query: tags takes *, nil, a tag or ~text');
}

function tagScope(scope: ArtifactScope, parameters: SqlParameters): string {
  if ('repositoryId' in scope) return `t.repository_id = ${parameters.add(scope.repositoryId)}`;
  return `t.repository_id IN (SELECT id FROM repository WHERE project_id = ${parameters.add(scope.projectId)})`;
}

/** All of them. */
function labelCondition({ match, values = [] }: QueryFilter, parameters: SqlParameters): string {
  if (match === 'and' && values.every((value) => typeof value === 'number')) {
    const carries = (id: unknown): string =>
      `EXISTS (SELECT FROM label_reference l WHERE l.artifact_id = a.id AND l.label_id = ${parameters.add(id)})`;
    return values.map(carries).join(' AND ');
  }
  throw new AppError('BAD_REQUEST', 'invalid query: labels takes a list of ids such as (1 2)');
}
