import { Inject, Injectable } from '@nestjs/common';
import { anonymous, type Principal } from '@breakwater/access';
import { Authenticator } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { AuthenticationMetrics, CONFIG, FrontDoor, isInternalSecret } from '@breakwater/platform';
import type { FastifyRequest } from 'fastify';

/** Who sends a request to the management API (management-platform.md section 1.6). */
@Injectable()
export class RequestAuthenticator {
  constructor(
    @Inject(CONFIG) private readonly config: { INTERNAL_SECRET: string },
    private readonly authenticator: Authenticator,
    private readonly frontDoor: FrontDoor,
    private readonly metrics: AuthenticationMetrics,
  ) {}

  /** Other schemes than ours count as none, as in Harbor. Throws UNAUTHORIZED, TOOMANYREQUESTS. */
  async principalOf(request: FastifyRequest): Promise<Principal> {
    const { authorization } = request.headers;
    const [, scheme = '', value = ''] = /^(\S+) +(.*)$/.exec(authorization ?? '') ?? [];
    switch (scheme.toLowerCase()) {
      case 'basic':
        return this.basic(value, this.frontDoor.clientAddress(request.raw));
      case 'harbor-secret':
        return this.metrics.watch('secret', this.internal(authorization));
      default:
        return anonymous;
    }
  }

  private async internal(authorization: string | undefined): Promise<Principal> {
    if (isInternalSecret(authorization, this.config.INTERNAL_SECRET)) return { kind: 'internal', name: 'internal' };
    throw new AppError('UNAUTHORIZED', 'unauthorized: wrong secret');
  }

  private async basic(encoded: string, address: string): Promise<Principal> {
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const principal =
      colon > 0
        ? await this.metrics.watch(
            'basic',
            this.authenticator.basic(text.slice(0, colon), text.slice(colon + 1), address),
          )
        : undefined;
    if (!principal)
      throw new AppError('UNAUTHORIZED', 'unauthorized: wrong user name or password', { reason: 'login.failed' });
    return principal;
  }
}
