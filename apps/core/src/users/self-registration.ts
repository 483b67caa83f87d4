import type { Principal } from '@breakwater/access';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessChecker } from '../auth';
import { Csrf } from '../browser/csrf';

/** People may make an account for themselves where that is wanted, with our own pages only (section 1.7). */
@Injectable()
export class SelfRegistration {
  constructor(
    private readonly checker: AccessChecker,
    private readonly csrf: Csrf,
    private readonly settings: SettingsService,
  ) {}

  /** Throws UNAUTHORIZED, FORBIDDEN; that with what the page needs to try again. */
  async requireCreate(principal: Principal, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const open = principal.kind === 'anonymous' && (await this.settings.get()).self_registration;
    if (!open) return this.checker.requireSystem(principal, 'user:create');
    const problem = this.csrf.problemOf(request);
    if (!problem) return;
    this.csrf.attach(request, reply);
    throw problem;
  }
}
