import type { Principal } from '@breakwater/access';
import { AuditTrail } from '@breakwater/audit';
import { UsersService, type UserInput } from '@breakwater/identity';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actors } from '../artifacts/actors';
import { AccessChecker } from '../auth';
import { Csrf } from '../browser/csrf';

/** New accounts: administrators make them, and people for themselves where that is wanted, with our own pages only (section 1.7). */
@Injectable()
export class Registration {
  constructor(
    private readonly users: UsersService,
    private readonly trail: AuditTrail,
    private readonly actors: Actors,
    private readonly checker: AccessChecker,
    private readonly csrf: Csrf,
    private readonly settings: SettingsService,
  ) {}

  /** Answers the id. Throws UNAUTHORIZED, FORBIDDEN, that with what the page needs to try again; BAD_REQUEST, CONFLICT. */
  create(input: UserInput, principal: Principal, [request, reply]: [FastifyRequest, FastifyReply]): Promise<number> {
    return this.trail.around(
      this.actors.of(request),
      () => ({ event: 'create_user', resource: input.username }),
      (user) => this.users.create(user),
      async () => {
        await this.requireCreate(principal, request, reply);
        return this.users.prepare(input);
      },
    );
  }

  private async requireCreate(principal: Principal, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const open = principal.kind === 'anonymous' && (await this.settings.get()).self_registration;
    if (!open) return this.checker.requireSystem(principal, 'user:create');
    const problem = this.csrf.problemOf(request);
    if (!problem) return;
    this.csrf.attach(request, reply);
    throw problem;
  }
}
