import type { Metrics } from './metrics';

/** What a cache has done since the process began, and what it holds now. */
export interface CacheUsage {
  hits: number;
  misses: number;
  entries: number;
  /** Only of a cache that is bounded by bytes. */
  bytes?: number;
  /** Entries dropped because they were no longer true. */
  invalidations?: number;
}

/** `usage` is read at every scrape. */
export function collectCache(metrics: Metrics, cache: string, usage: () => CacheUsage): void {
  metrics.collect('breakwater_cache_requests_total', () => [
    { labels: { cache, result: 'hit' }, value: usage().hits },
    { labels: { cache, result: 'miss' }, value: usage().misses },
  ]);
  metrics.collect('breakwater_cache_entries', () => [{ labels: { cache }, value: usage().entries }]);
  const optional = (value: number | undefined) => (value === undefined ? [] : [{ labels: { cache }, value }]);
  metrics.collect('breakwater_cache_bytes', () => optional(usage().bytes));
  metrics.collect('breakwater_cache_invalidations_total', () => optional(usage().invalidations));
}
