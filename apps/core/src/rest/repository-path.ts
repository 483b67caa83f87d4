import { AppError, isRepositoryName } from '@breakwater/kernel';

/**
 * The repository's full name from `{project_name}` and `{repository_name}`. Clients encode the latter twice
 * (`a/b` is `a%252Fb`), so it is decoded once more than the router did; encoded once works too. Throws NOT_FOUND for
 * what cannot be a repository's name.
 */
export function repositoryFromPath(project: string, repository: string): string {
  const full = `${project}/${decodeOnce(repository)}`;
  if (!isRepositoryName(full)) throw new AppError('NOT_FOUND', `repository ${full.slice(0, 300)} not found`);
  return full;
}

/** `a%2Fb` is `a/b`; text that is no valid escape stays as it is. */
export function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
