import type { RegistryAction } from '@breakwater/access';
import { Authenticator } from '@breakwater/identity';
import { AppError, formatScope, isRepositoryName, type RepositoryName } from '@breakwater/kernel';
import { AuthenticationMetrics, FrontDoor, RateLimits } from '@breakwater/platform';
import { KnownProjectFacts } from '@breakwater/projects';
import { TokensService } from '@breakwater/tokens';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PrincipalCaller, TokenCaller, type Caller } from './caller';
import { basicChallenge, bearerChallenge } from './challenge';

/** What a request asks for: an action on a repository, the catalog, or only to be somebody. */
export interface Demanded {
  action: RegistryAction | 'catalog' | 'login';
  repository?: RepositoryName;
  /** The repository that a blob is mounted from: the token needs to pull there. */
  mountFrom?: string;
}

/** Decides who a request comes from and whether they may; a refusal is a challenge that tells what would do. */
@Injectable()
export class RegistryAuthorizer {
  constructor(
    private readonly tokens: TokensService,
    private readonly authenticator: Authenticator,
    private readonly projects: KnownProjectFacts,
    private readonly frontDoor: FrontDoor,
    private readonly metrics: AuthenticationMetrics,
    private readonly rates: RateLimits,
  ) {}

  /** Throws UNAUTHORIZED with a challenge, TOOMANYREQUESTS. */
  async authorize(request: FastifyRequest, demanded: Demanded): Promise<Caller> {
    const caller = await this.authenticate(request, demanded);
    this.rates.countPrincipal(request.raw, caller.principal);
    if (await satisfies(caller, demanded)) return caller;
    throw this.refusal(request, demanded);
  }

  /** A challenge for a caller who is known but may not, or not with this token. */
  refusal(request: FastifyRequest, demanded: Demanded): AppError {
    const message = refusalMessage(demanded);
    if (usesBasic(request)) return basicChallenge(message);
    return bearerChallenge(message, this.wanted(request, demanded), 'insufficient_scope');
  }

  private async authenticate(request: FastifyRequest, demanded: Demanded): Promise<Caller> {
    const [, scheme = '', credentials = ''] = /^(\w+) +(\S+) *$/.exec(request.headers.authorization ?? '') ?? [];
    if (scheme.toLowerCase() === 'bearer') return this.byToken(request, credentials, demanded);
    if (scheme.toLowerCase() === 'basic') return this.byPassword(request, credentials);
    throw bearerChallenge('unauthorized: authentication required', this.wanted(request, demanded));
  }

  private async byToken(request: FastifyRequest, token: string, demanded: Demanded): Promise<Caller> {
    try {
      return new TokenCaller(
        await this.metrics.watch('token', this.tokens.verify(token, 'harbor-registry')),
        this.projects,
      );
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHORIZED')
        throw bearerChallenge(error.message, this.wanted(request, demanded), 'invalid_token');
      throw error;
    }
  }

  private async byPassword(request: FastifyRequest, credentials: string): Promise<Caller> {
    const text = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const address = this.frontDoor.clientAddress(request.raw);
    const principal =
      colon > 0
        ? await this.metrics.watch(
            'basic',
            this.authenticator.basic(text.slice(0, colon), text.slice(colon + 1), address),
          )
        : undefined;
    if (!principal) throw basicChallenge('unauthorized: incorrect username or password');
    return new PrincipalCaller(principal, this.projects);
  }

  private wanted(request: FastifyRequest, demanded: Demanded): { realm: string; scope?: string } {
    return { realm: `${this.frontDoor.baseUrl(request.raw)}/service/token`, scope: scopeOf(demanded) };
  }
}

function usesBasic({ headers }: FastifyRequest): boolean {
  return /^basic /i.test(headers.authorization ?? '');
}

async function satisfies(caller: Caller, { action, repository }: Demanded): Promise<boolean> {
  if (action === 'login') return true;
  if (action === 'catalog') return caller.mayReadCatalog();
  return repository !== undefined && (await caller.may(action, repository));
}

function refusalMessage({ action, repository }: Demanded): string {
  if (!repository) return 'unauthorized to list the catalog: this needs a system administrator';
  return `unauthorized to access repository: ${repository.full}, action: ${action}`;
}

/** The scopes that would be enough. */
function scopeOf({ action, repository, mountFrom }: Demanded): string | undefined {
  if (action === 'catalog') return 'registry:catalog:*';
  if (!repository) return undefined;
  const actions = action === 'push' ? ['pull', 'push'] : [action];
  const source =
    mountFrom !== undefined && isRepositoryName(mountFrom)
      ? [formatScope({ type: 'repository', name: mountFrom, actions: ['pull'] })]
      : [];
  return [formatScope({ type: 'repository', name: repository.full, actions }), ...source].join(' ');
}
