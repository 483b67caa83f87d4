import { assertInternal, CONFIG, type NotarySignerConfig } from '@breakwater/platform';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** notary-server alone: where a secret of its own is set, the one that all services share opens nothing here. */
@Injectable()
export class SignerGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: NotarySignerConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const { NOTARY_SIGNER_SECRET, INTERNAL_SECRET } = this.config;
    assertInternal(context.switchToHttp().getRequest<FastifyRequest>(), NOTARY_SIGNER_SECRET ?? INTERNAL_SECRET);
    return true;
  }
}
