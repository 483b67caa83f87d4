import { PullRecorder } from '@breakwater/artifacts';
import { LeaseHolder } from '@breakwater/coherence';
import { Authenticator } from '@breakwater/identity';
import { collectCache, Metrics } from '@breakwater/platform';
import { TokensService } from '@breakwater/tokens';
import { PullEvents } from '@breakwater/webhooks';
import { Injectable } from '@nestjs/common';
import { HotAnswers } from '../hot/hot-answers';
import { HotMetrics } from './hot-metrics';

/** Caches and the lease that they hang on. */
@Injectable()
export class CacheMetrics {
  constructor(metrics: Metrics, hot: HotMetrics, answers: HotAnswers, tokens: TokensService, login: Authenticator) {
    collectCache(metrics, 'answers', () => ({ ...answers.cacheUsage, hits: hot.hits, misses: hot.misses }));
    collectCache(metrics, 'tokens', () => tokens.cacheUsage.tokens);
    collectCache(metrics, 'epochs', () => tokens.cacheUsage.epochs);
    collectCache(metrics, 'credentials', () => login.cacheUsage);
    metrics.collect('registry_storage_cache_total', () => [
      { labels: { type: 'Request' }, value: hot.hits + hot.misses },
      { labels: { type: 'Hit' }, value: hot.hits },
      { labels: { type: 'Miss' }, value: hot.misses },
    ]);
  }
}

@Injectable()
export class LeaseMetrics {
  constructor(metrics: Metrics, lease: LeaseHolder, pulls: PullRecorder, pullEvents: PullEvents) {
    metrics.collect('breakwater_lease_valid', () => [{ value: lease.isValid ? 1 : 0 }]);
    metrics.collect('breakwater_lease_remaining_seconds', () => [{ value: lease.remainingSeconds }]);
    metrics.collect('breakwater_lease_losses_total', () => [{ value: lease.losses }]);
    metrics.collect('breakwater_pulls_uncounted_total', () => [{ value: pulls.uncounted }]);
    metrics.collect('breakwater_pull_events_dropped_total', () => [{ value: pullEvents.dropped }]);
  }
}
