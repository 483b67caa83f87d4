import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { can, type Principal } from '@breakwater/access';
import { AuditTrail } from '@breakwater/audit';
import { Authenticator, UsersService } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { AuthenticationMetrics } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, Public } from '../auth';
import { LoginForm, UserExistsForm } from './browser.dto';
import { BrowserSessions } from './browser-sessions';

/** What browsers do outside of the management API (management-platform.md section 2.1). Every POST needs a CSRF token. */
@ApiExcludeController()
@Controller('c')
export class BrowserController {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly sessions: BrowserSessions,
    private readonly users: UsersService,
    private readonly settings: SettingsService,
    private readonly metrics: AuthenticationMetrics,
    private readonly trail: AuditTrail,
  ) {}

  @Post('login')
  @Public()
  @HttpCode(200)
  async login(
    @Body() { principal: name, password }: LoginForm,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { address } = this.sessions.whence(request);
    const account = await this.metrics.watch('login', this.authenticator.signIn(name, password, address));
    if (!account) {
      await this.note(request, 'login_user', name, false);
      throw new AppError('UNAUTHORIZED', 'unauthorized: wrong user name or password', { reason: 'login.failed' });
    }
    await this.sessions.begin(account, request, reply);
    await this.note(request, 'login_user', account.name);
  }

  /** Without a session, nothing happens. */
  @Get('log_out')
  @Public()
  @HttpCode(200)
  async logOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const user = await this.sessions.end(request, reply);
    if (user) await this.note(request, 'logout_user', user.name);
  }

  /** For who fills in a form with a new account. */
  @Post('userExists')
  @Public()
  @HttpCode(200)
  async userExists(
    @Body() { target, value }: UserExistsForm,
    @CurrentPrincipal() principal: Principal,
  ): Promise<boolean> {
    const { self_registration: open } = await this.settings.get();
    if (!open && !can(principal, 'user:create'))
      throw new AppError('PRECONDITION', 'self-registration is off', { reason: 'self-registration.off' });
    return this.users.exists(target, value);
  }

  /** `name`: as typed, where nobody was let in. */
  private async note(
    request: FastifyRequest,
    event: 'login_user' | 'logout_user',
    name: string,
    succeeded = true,
  ): Promise<void> {
    const resource = name.replaceAll('\0', '').slice(0, 255);
    await this.trail.record({ name: resource, ...this.sessions.whence(request) }, { event, resource }, succeeded);
  }
}
