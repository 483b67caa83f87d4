import { z } from 'zod';

/** What was wrong with the tree, each with how often. */
export const problemKinds = [
  'repository.name',
  'link.broken',
  'manifest.missing',
  'manifest.corrupt',
  'manifest.unsupported',
  'manifest.child',
  'blob.missing',
  'blob.removed',
  'tag.name',
  'tag.dangling',
] as const;
export type ProblemKind = (typeof problemKinds)[number];

const count = z.number().int().min(0);

const totals = z.object({
  projects: count,
  repositories: count,
  artifacts: count,
  tags: count,
  /** Blobs that no artifact needs, and their bytes: garbage collection will free them. */
  unreferenced_blobs: count,
  unreferenced_bytes: count,
  problems: z.partialRecord(z.enum(problemKinds), count),
});
/** What came of an import so far: repositories looked at; of the rest what was made, not what was there. */
export type Totals = z.output<typeof totals>;

/** How far an import is: the path of the last link, or the key of the last blob, that need not be looked at again. */
export const importProgress = z.object({ phase: z.enum(['repositories', 'blobs']), after: z.string(), totals });
export type ImportProgress = z.output<typeof importProgress>;

export const beginning: ImportProgress = {
  phase: 'repositories',
  after: '',
  totals: {
    projects: 0,
    repositories: 0,
    artifacts: 0,
    tags: 0,
    unreferenced_blobs: 0,
    unreferenced_bytes: 0,
    problems: {},
  },
};
