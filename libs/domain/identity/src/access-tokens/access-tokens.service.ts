import { Injectable } from '@nestjs/common';
import type { TokenGrant } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { CredentialCache } from '../credential-cache';
import { AccessTokenSecrets } from '../secrets/access-token-secrets';
import { orConflict } from '../users.service';
import { validateExpiry, validateTokenName } from './access-token-rules';
import { AccessTokensRepository, type AccessTokenRow } from './access-tokens.repository';

const maxTokens = 100;

export interface AccessTokenInput {
  name: string;
  /** Undefined: all that the owner may. */
  grants?: TokenGrant[];
  /** Undefined: never. */
  expiryTime?: Date;
}

/** Secrets that people make for their programs. Whoever calls has checked that the caller may. */
@Injectable()
export class AccessTokensService {
  constructor(
    private readonly tokens: AccessTokensRepository,
    private readonly secrets: AccessTokenSecrets,
    private readonly cache: CredentialCache,
  ) {}

  /** The token itself is shown here and never again. Throws BAD_REQUEST, CONFLICT for the name, PRECONDITION. */
  async create(userId: number, input: AccessTokenInput): Promise<{ row: AccessTokenRow; token: string }> {
    validateTokenName(input.name);
    validateExpiry(input.expiryTime);
    const token = this.secrets.generate();
    const row = await orConflict(
      () =>
        this.tokens.insert(
          {
            userId,
            name: input.name,
            tokenHash: this.secrets.hash(token),
            grants: input.grants,
            expiryTime: input.expiryTime,
          },
          maxTokens,
        ),
      `access token ${input.name}`,
    );
    if (!row)
      throw new AppError('PRECONDITION', `nobody has more than ${maxTokens} access tokens: revoke one first`, {
        reason: 'access-token.too-many',
        params: { limit: maxTokens },
      });
    return { row, token };
  }

  /** Throws NOT_FOUND. */
  async get(userId: number, id: number): Promise<AccessTokenRow> {
    const row = await this.tokens.find(userId, id);
    if (!row) throw unknownToken(id);
    return row;
  }

  list(
    userId: number,
    paging: Pick<ListOptions, 'page' | 'pageSize'>,
  ): Promise<{ items: AccessTokenRow[]; total: number }> {
    return this.tokens.list(userId, paging);
  }

  /** Counts at once here, and within two seconds everywhere. Throws NOT_FOUND. */
  async revoke(userId: number, id: number): Promise<void> {
    if (!(await this.tokens.delete(userId, id))) throw unknownToken(id);
    this.cache.forget('user', userId);
  }
}

function unknownToken(id: number): AppError {
  return new AppError('NOT_FOUND', `access token ${id} not found`, { reason: 'access-token.unknown' });
}
