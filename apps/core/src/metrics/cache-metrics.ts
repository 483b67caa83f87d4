import { Authenticator } from '@breakwater/identity';
import { collectCache, Metrics } from '@breakwater/platform';
import { TokensService } from '@breakwater/tokens';
import { Injectable } from '@nestjs/common';

/** What core remembers: passwords proven and tokens issued lately. */
@Injectable()
export class CacheMetrics {
  constructor(metrics: Metrics, login: Authenticator, tokens: TokensService) {
    collectCache(metrics, 'credentials', () => login.cacheUsage);
    collectCache(metrics, 'issued', () => tokens.cacheUsage.issued);
  }
}
