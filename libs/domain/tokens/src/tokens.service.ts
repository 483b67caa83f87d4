import { Injectable } from '@nestjs/common';
import { principalName, type Principal, type ProjectFacts, type TrustPass } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import type { CacheUsage } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { errors, jwtVerify, SignJWT, type JWK, type JWTHeaderParameters } from 'jose';
import { LRUCache } from 'lru-cache';
import { hash, randomUUID, type KeyObject } from 'node:crypto';
import { claimsSchema, type Claims, type TokenAccess, type VerifiedToken } from './claims';
import { EpochChecker, type EpochOf, type Standing } from './epoch-checker';
import { SigningKeys } from './signing-keys';

const issuer = 'harbor-token-issuer';
/** Clocks of replicas may differ so much. An expired token is expired. */
const leewaySeconds = 60;
const maxVerified = 20_000;
/**
 * The same question within so long gets the same token: a signature costs more than all the rest, and a client that
 * pulls asks on every connection. Short-lived tokens are reused for a thirtieth of their life.
 */
const reuseMs = 10_000;
const maxReusable = 5_000;

export interface TokenRequest {
  principal: Principal;
  /** The service that the token is for: `harbor-registry`, `harbor-notary`. */
  audience: string;
  access: TokenAccess[];
  /** The projects that `access` reaches into, as they were when it was decided. */
  projects: readonly Pick<ProjectFacts, 'id' | 'epoch'>[];
  /** How far past trust policies the bearer pulls, by repository. */
  passes?: Readonly<Record<string, TrustPass>>;
}

export interface IssuedToken {
  token: string;
  /** Seconds from `issuedAt`. */
  expiresIn: number;
  issuedAt: Date;
}

interface Remembered {
  token: VerifiedToken;
  standing: Standing;
}

/** Tokens for `/v2`, in the form of Docker's token authentication specification. */
@Injectable()
export class TokensService {
  private readonly verified = new LRUCache<string, Remembered>({ max: maxVerified });
  private readonly reusable = new LRUCache<string, IssuedToken>({ max: maxReusable });

  private readonly usage = { tokens: { hits: 0, misses: 0 }, issued: { hits: 0, misses: 0 } };

  constructor(
    private readonly keys: SigningKeys,
    private readonly epochs: EpochChecker,
    private readonly settings: SettingsService,
  ) {}

  async issue({ principal, audience, access, projects, passes = {} }: TokenRequest): Promise<IssuedToken> {
    const { kid, key } = await this.keys.current();
    const expiresIn = (await this.settings.get()).token_expiration * 60;
    const subject = principal.kind === 'anonymous' ? '' : principalName(principal);
    const breakwater = {
      ...identityOf(principal),
      projects: projects.map(({ id, epoch }) => [id, epoch]),
      ...(Object.keys(passes).length > 0 && { passes }),
    };
    const question = hash('sha256', JSON.stringify([kid, expiresIn, audience, subject, breakwater, access]), 'base64');
    const known = this.reusable.get(question);
    this.usage.issued[known ? 'hits' : 'misses']++;
    if (known) return known;
    const issuedAt = Math.floor(Date.now() / 1_000);
    const token = await new SignJWT({ access, breakwater })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(issuedAt + expiresIn)
      .setJti(randomUUID())
      .sign(key);
    const issued = { token, expiresIn, issuedAt: new Date(issuedAt * 1_000) };
    this.reusable.set(question, issued, { ttl: Math.min(reuseMs, (expiresIn * 1_000) / 30) });
    return issued;
  }

  /**
   * What the token grants. Who was disabled, changed the password or lost rights in one of its projects is refused as
   * soon as that change was acknowledged. Throws UNAUTHORIZED.
   */
  async verify(jwt: string, audience: string): Promise<VerifiedToken> {
    const key = keyOf(jwt, audience);
    const remembered = this.known(key) ?? (await this.remember(key, jwt, audience));
    if (remembered.token.expiresAt <= Date.now() / 1_000) throw refused('it has expired');
    if (!(await this.epochs.areCurrent(remembered.standing))) throw refused('the rights of its bearer have changed');
    return remembered.token;
  }

  /** The same for a token that was verified before, without asking anybody; undefined when that is not possible. */
  recall(jwt: string, audience: string): VerifiedToken | undefined {
    const remembered = this.verified.get(keyOf(jwt, audience));
    if (!remembered || remembered.token.expiresAt <= Date.now() / 1_000) return undefined;
    if (this.epochs.recall(remembered.standing) !== true) return undefined;
    this.usage.tokens.hits++;
    return remembered.token;
  }

  /** Of tokens verified before, of what they hang on, and of tokens issued lately. */
  get cacheUsage(): Record<'tokens' | 'epochs' | 'issued', CacheUsage> {
    const { tokens, issued } = this.usage;
    return {
      tokens: { ...tokens, entries: this.verified.size },
      epochs: this.epochs.cacheUsage,
      issued: { ...issued, entries: this.reusable.size },
    };
  }

  /** Public keys, for verifiers elsewhere (RFC 7517). */
  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: await this.keys.publicKeys() };
  }

  private known(key: string): Remembered | undefined {
    const remembered = this.verified.get(key);
    this.usage.tokens[remembered ? 'hits' : 'misses']++;
    return remembered;
  }

  private async remember(key: string, jwt: string, audience: string): Promise<Remembered> {
    const claims = await this.check(jwt, audience);
    const { kind, id, epoch, token: tokenId, projects, passes = {} } = claims.breakwater;
    const subjects: EpochOf[] = projects.map(([projectId, projectEpoch]) => ({
      kind: 'project',
      id: projectId,
      epoch: projectEpoch,
    }));
    if (kind === 'user' || kind === 'robot') subjects.push({ kind, id, epoch });
    if (tokenId !== undefined) subjects.push({ kind: 'token', id: tokenId, epoch: 0 });
    const { sub: subject, access, exp: expiresAt } = claims;
    const token = { subject, principal: { kind, id, epoch }, access, passes, expiresAt };
    const remembered = { token, standing: { subjects } };
    this.verified.set(key, remembered);
    return remembered;
  }

  private async check(jwt: string, audience: string): Promise<Claims> {
    try {
      const options = {
        algorithms: ['RS256'],
        issuer,
        audience,
        clockTolerance: leewaySeconds,
        requiredClaims: ['sub', 'exp', 'nbf', 'iat'],
      };
      const { payload } = await jwtVerify(jwt, (header: JWTHeaderParameters) => this.keyFor(header), options);
      return claimsSchema.parse(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError || (error as Error).name === 'ZodError')
        throw refused(error instanceof errors.JWTExpired ? 'it has expired' : 'it is not one of ours');
      throw error;
    }
  }

  private async keyFor({ kid }: JWTHeaderParameters): Promise<KeyObject> {
    const key = kid === undefined ? undefined : await this.keys.find(kid);
    if (!key) throw refused('its key is not known');
    return key;
  }
}

const keyOf = (jwt: string, audience: string): string => hash('sha256', `${audience}\n${jwt}`, 'base64');

function identityOf(principal: Principal): Omit<Claims['breakwater'], 'projects'> {
  if (principal.kind === 'user')
    return { kind: 'user', id: principal.id, epoch: principal.epoch, token: principal.token?.id };
  if (principal.kind === 'robot') return { kind: 'robot', id: principal.id, epoch: principal.epoch };
  return { kind: principal.kind, id: 0, epoch: 0 };
}

function refused(why: string): AppError {
  return new AppError('UNAUTHORIZED', `the token is not accepted: ${why}`, { reason: 'token.refused' });
}
