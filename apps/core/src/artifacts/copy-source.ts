import { AppError, isDigest, isRepositoryName, isTag } from '@breakwater/kernel';

/**
 * `project/repository:tag`, `project/repository@digest`, or both, where the digest counts, as Harbor takes them. Throws
 * BAD_REQUEST.
 */
export function parseCopySource(from: string): { repository: string; reference: string } {
  const [, repository = '', tag, digest] = /^([^:@]+)(?::([^:@]+))?(?:@(.+))?$/.exec(from) ?? [];
  const reference = digest ?? tag;
  const names = (tag === undefined || isTag(tag)) && (digest === undefined || isDigest(digest));
  if (reference === undefined || !names || !isRepositoryName(repository))
    throw new AppError('BAD_REQUEST', `invalid input: ${from.slice(0, 300)}`, { reason: 'artifact.copy.source' });
  return { repository, reference };
}
