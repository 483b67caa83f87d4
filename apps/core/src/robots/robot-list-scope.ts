import { AppError, type QueryFilter } from '@breakwater/kernel';

/**
 * `q=Level=project,ProjectID=7` lists that project's robots; without a level the system's are meant (0).
 * Throws BAD_REQUEST.
 */
export function robotListScope(all: readonly QueryFilter[]): { projectId: number; filters: QueryFilter[] } {
  const filters = all.filter(({ key }) => key !== 'Level' && key !== 'ProjectID');
  const level = exact(all, 'Level') ?? 'system';
  if (level === 'system') return { projectId: 0, filters };
  if (level !== 'project') throw new AppError('BAD_REQUEST', 'bad request error level input');
  const projectId = exact(all, 'ProjectID');
  if (projectId === undefined) throw new AppError('BAD_REQUEST', 'must with project ID when to query project robots');
  if (!/^[1-9]\d{0,14}$/.test(projectId)) throw new AppError('BAD_REQUEST', 'Project ID must be int type.');
  return { projectId: Number(projectId), filters };
}

function exact(filters: readonly QueryFilter[], key: string): string | undefined {
  const filter = filters.find((candidate) => candidate.key === key);
  return filter && (filter.match === 'exact' ? filter.value : '');
}
