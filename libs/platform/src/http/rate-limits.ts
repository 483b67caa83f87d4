import { AppError } from '@breakwater/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { CONFIG } from '../config/config.module';
import { AddressList, clientNetwork } from './address-list';
import { AppErrorWithHeaders } from './error-envelope.filter';
import { FrontDoor } from './front-door';
import { isInternalSecret } from './internal.guard';
import { TokenBuckets } from './token-buckets';

export interface RateLimitSettings {
  INTERNAL_SECRET: string;
  RATE_LIMIT_PER_ADDRESS: number;
  RATE_LIMIT_PER_PRINCIPAL: number;
  RATE_LIMIT_BURST_SECONDS: number;
  RATE_LIMIT_EXEMPT: string[];
}

/** Who authenticated. What has no `id` (anonymous, the platform itself) is limited by address alone. */
export interface LimitedPrincipal {
  kind: string;
  id?: number;
}

/** Requests a second, for each client address and each account. This process counts for itself. */
@Injectable()
export class RateLimits {
  private readonly addresses: TokenBuckets | undefined;
  private readonly principals: TokenBuckets | undefined;
  private readonly exempt: AddressList;

  constructor(
    @Inject(CONFIG) private readonly config: RateLimitSettings,
    private readonly frontDoor: FrontDoor,
  ) {
    this.addresses = buckets(config.RATE_LIMIT_PER_ADDRESS, config.RATE_LIMIT_BURST_SECONDS);
    this.principals = buckets(config.RATE_LIMIT_PER_PRINCIPAL, config.RATE_LIMIT_BURST_SECONDS);
    this.exempt = new AddressList(config.RATE_LIMIT_EXEMPT);
  }

  /** Before anything is known about the caller. Throws TOOMANYREQUESTS with Retry-After. */
  countAddress(request: IncomingMessage): void {
    refuseFor(this.waitOfAddress(request));
  }

  /** Once it is known who calls. Throws TOOMANYREQUESTS with Retry-After. */
  countPrincipal(request: IncomingMessage, principal: LimitedPrincipal): void {
    refuseFor(this.waitOfPrincipal(request, principal));
  }

  /** Both at once, for what is answered before the framework; false: not now. */
  allows(request: IncomingMessage, principal: LimitedPrincipal): boolean {
    return this.waitOfPrincipal(request, principal) === 0 && this.waitOfAddress(request) === 0;
  }

  private waitOfAddress(request: IncomingMessage): number {
    if (!this.addresses) return 0;
    const address = this.frontDoor.clientAddress(request);
    return this.isExempt(request, address) ? 0 : this.addresses.take(clientNetwork(address));
  }

  private waitOfPrincipal(request: IncomingMessage, { kind, id }: LimitedPrincipal): number {
    if (!this.principals || !id) return 0;
    return this.isExempt(request, this.frontDoor.clientAddress(request)) ? 0 : this.principals.take(`${kind} ${id}`);
  }

  private isExempt({ headers }: IncomingMessage, address: string): boolean {
    return this.exempt.has(address) || isInternalSecret(headers.authorization, this.config.INTERNAL_SECRET);
  }
}

function buckets(perSecond: number, burstSeconds: number): TokenBuckets | undefined {
  return perSecond > 0 ? new TokenBuckets({ perSecond, capacity: Math.max(perSecond * burstSeconds, 1) }) : undefined;
}

function refuseFor(waitMs: number): void {
  if (waitMs === 0) return;
  const error = new AppError('TOOMANYREQUESTS', 'too many requests, slow down', { reason: 'overload.rate' });
  throw new AppErrorWithHeaders(error, { 'retry-after': String(Math.ceil(waitMs / 1_000)) });
}
