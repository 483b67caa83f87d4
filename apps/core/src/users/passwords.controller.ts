import type { Principal } from '@breakwater/access';
import { AuditTrail } from '@breakwater/audit';
import { UsersService } from '@breakwater/identity';
import { Body, Controller, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Actors } from '../artifacts/actors';
import { AuditSubjects } from '../audit-logs/audit-subjects';
import { Authenticated, CurrentPrincipal } from '../auth';
import { api, Operation, ReturnsNothing } from '../rest';
import { UserAccess } from './user-access';
import { UserIdParameters } from './user-id.dto';
import { PasswordReqDto } from './user.dto';

/**
 * Not `@Audited`, which would undo with the change that a wrong password was counted, and hold a connection while the new
 * one is hashed.
 */
@Controller(`${api}/users/:user_id/password`)
export class PasswordsController {
  constructor(
    private readonly users: UsersService,
    private readonly access: UserAccess,
    private readonly trail: AuditTrail,
    private readonly subjects: AuditSubjects,
    private readonly actors: Actors,
  ) {}

  @Put()
  @Authenticated()
  @Operation({ id: 'updateUserPassword', tag: 'user', summary: 'Change a password', errors: [400, 401, 403, 404] })
  @ReturnsNothing()
  async changePassword(
    @Param() { user_id: id }: UserIdParameters,
    @Body() passwords: PasswordReqDto,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const subject = await this.subjects.people.user(String(id));
    await this.trail.around(
      this.actors.of(request),
      () => ({ event: 'update_user', ...subject }),
      (passwordHash) => this.users.setPassword(id, passwordHash),
      async () => {
        this.access.requireSelfOr(principal, id, 'user:update');
        if (this.access.isSelf(principal, id))
          await this.access.requirePassword(request, principal, passwords.old_password ?? '');
        return this.users.hashNewPassword(id, passwords.new_password ?? '');
      },
    );
  }
}
