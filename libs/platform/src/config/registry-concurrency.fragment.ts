import { z } from 'zod';
import { concurrency } from './fragments';

/** How much of `/v2` is served at once, by what it costs. */
export const registryConcurrencyFragment = {
  CONCURRENCY_READS: concurrency(64, 'manifests, and whether a blob is there'),
  CONCURRENCY_DOWNLOADS: concurrency(128, 'blobs (a blob that nginx or S3 sends counts only until they take over)'),
  CONCURRENCY_UPLOADS: concurrency(128, 'uploads that bring bytes'),
  CONCURRENCY_WRITES: concurrency(24, 'manifests pushed, uploads begun and closed without bytes, deletions'),
  CONCURRENCY_LISTS: concurrency(16, 'lists of tags, referrers and repositories'),
  TRANSFER_QUEUE_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(840)
    .describe('As REQUEST_QUEUE_SECONDS, for downloads and all that belongs to a push'),
};
