import { Injectable } from '@nestjs/common';
import { can, principalName, type Principal, type SystemPermission } from '@breakwater/access';
import { Authenticator } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { FrontDoor } from '@breakwater/platform';
import type { FastifyRequest } from 'fastify';

/** People may see and change their own account; others need the permission on all. */
@Injectable()
export class UserAccess {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly frontDoor: FrontDoor,
  ) {}

  isSelf(principal: Principal, userId: number): boolean {
    return principal.kind === 'user' && principal.id === userId;
  }

  /** Looking is for access tokens too; changing one's account takes the account itself. Throws FORBIDDEN. */
  requireSelfOr(principal: Principal, userId: number, permission: SystemPermission): void {
    const own = permission === 'user:read' ? this.isSelf(principal, userId) : isInPerson(principal, userId);
    if (!own && !can(principal, permission)) throw refusal(userId);
  }

  /** Throws FORBIDDEN for everybody else, administrators and access tokens among them. */
  requireInPerson(principal: Principal, userId: number): void {
    if (!isInPerson(principal, userId)) throw refusal(userId);
  }

  /** Guessed here as slowly as at the front door. Throws FORBIDDEN, TOOMANYREQUESTS. */
  async requirePassword(request: FastifyRequest, principal: Principal, password: string): Promise<void> {
    const address = this.frontDoor.clientAddress(request.raw);
    const account = await this.authenticator.signIn(principalName(principal), password, address);
    if (account && this.isSelf(principal, account.id)) return;
    throw new AppError('FORBIDDEN', 'Current password is incorrect', { reason: 'password.wrong' });
  }
}

/** With the password or a session, not with a token, which could be used to outlive itself. */
function isInPerson(principal: Principal, userId: number): boolean {
  return principal.kind === 'user' && principal.id === userId && principal.token === undefined;
}

function refusal(userId: number): AppError {
  return new AppError('FORBIDDEN', `not authorized to access user ${userId}`, { reason: 'access.forbidden' });
}
