/** What a collection is asked for. */
export interface GarbageOptions {
  deleteUntagged: boolean;
  dryRun: boolean;
  /** Batches removed at the same time, 1 to 10. */
  workers: number;
  /** Nothing goes that somebody was told of within this time. */
  windowSeconds: number;
}

/** What came of it so far. */
export interface Totals {
  /** Bytes. */
  freed: number;
  blobs: number;
  failed: number;
  manifests: number;
  artifacts: number;
  links: number;
  uploads: number;
}

export const phases = ['untagged', 'links', 'sweep', 'manifests', 'uploads', 'done'] as const;
export type Phase = (typeof phases)[number];

/** Where a collection goes on when its worker died. */
export interface Progress {
  phase: Phase;
  /** Id or digest, by phase, of the last row that was looked at. */
  after: string;
  totals: Totals;
}

export const beginning: Progress = {
  phase: 'untagged',
  after: '',
  totals: { freed: 0, blobs: 0, failed: 0, manifests: 0, artifacts: 0, links: 0, uploads: 0 },
};
