import { Injectable } from '@nestjs/common';
import { can, type Principal, type SystemPermission } from '@breakwater/access';
import { UsersService } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';

/** People may see and change their own account; others need the permission on all. */
@Injectable()
export class UserAccess {
  constructor(private readonly users: UsersService) {}

  isSelf(principal: Principal, userId: number): boolean {
    return principal.kind === 'user' && principal.id === userId;
  }

  /** Throws FORBIDDEN. */
  requireSelfOr(principal: Principal, userId: number, permission: SystemPermission): void {
    if (this.isSelf(principal, userId) || can(principal, permission)) return;
    throw new AppError('FORBIDDEN', `not authorized to access user ${userId}`, { reason: 'access.forbidden' });
  }

  /** Throws FORBIDDEN. */
  async requirePassword(userId: number, password: string): Promise<void> {
    if (await this.users.isPassword(userId, password)) return;
    throw new AppError('FORBIDDEN', 'Current password is incorrect', { reason: 'password.wrong' });
  }
}
