import { RateLimits, tryEnterFor, type LimitedPrincipal } from '@breakwater/platform';
import { TokensService, type VerifiedToken } from '@breakwater/tokens';
import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RouteLimits } from './route-limits';

/** What is asked of the hot path before it answers. */
export interface HotRequest {
  principal: LimitedPrincipal;
  /** Bytes come from the store, for as long as the client takes. */
  streams: boolean;
}

/** Tells who calls and holds the limits where the framework's hooks do not reach. */
@Injectable()
export class HotGate {
  constructor(
    private readonly tokens: TokensService,
    private readonly rates: RateLimits,
    private readonly limits: RouteLimits,
  ) {}

  /** The token that the request brings, when it was verified here before. */
  tokenOf({ headers: { authorization } }: IncomingMessage): VerifiedToken | undefined {
    return authorization?.startsWith('Bearer ')
      ? this.tokens.recall(authorization.slice(7), 'harbor-registry')
      : undefined;
  }

  /** False: leave it to the framework, where it waits its turn or is refused. */
  admits(request: IncomingMessage, response: ServerResponse, { principal, streams }: HotRequest): boolean {
    return this.rates.allows(request, principal) && (!streams || tryEnterFor(this.limits.downloads, request, response));
  }
}
