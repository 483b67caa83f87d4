import type { JobPayload } from '@breakwater/contracts';
import type { SubjectRef } from '../signatures.repository';

/** Of one task. */
const mostDigests = 500;

/** A task for each repository, or more where there are many. */
export function payloadsOf(subjects: readonly SubjectRef[]): JobPayload<'VERIFY_SIGNATURES'>[] {
  const byRepository = new Map<number, { projectId: number; digests: Set<string> }>();
  for (const { projectId, repositoryId, digest } of subjects) {
    const found = byRepository.get(repositoryId) ?? { projectId, digests: new Set() };
    found.digests.add(digest);
    byRepository.set(repositoryId, found);
  }
  return [...byRepository].flatMap(([repositoryId, { projectId, digests }]) => {
    const all = [...digests].sort();
    const pages = Array.from({ length: Math.ceil(all.length / mostDigests) }, (_, page) =>
      all.slice(page * mostDigests, (page + 1) * mostDigests),
    );
    return pages.map((page) => ({ projectId, repositoryId, digests: page }));
  });
}
