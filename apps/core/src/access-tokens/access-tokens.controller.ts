import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { Principal, TokenGrant } from '@breakwater/access';
import {
  AccessTokensService,
  projectsNamed,
  tokenGrants,
  UsersService,
  type TokenPermissionInput,
} from '@breakwater/identity';
import type { FastifyReply } from 'fastify';
import { Audited } from '../audit-logs';
import { AccessChecker, Authenticated, CurrentPrincipal } from '../auth';
import { api, Operation, Page, ReturnsCreated, ReturnsList, ReturnsNothing, setLocation } from '../rest';
import { UserAccess } from '../users/user-access';
import { UserIdParameters } from '../users/user-id.dto';
import {
  AccessTokenCreatedDto,
  AccessTokenCreateDto,
  AccessTokenDto,
  AccessTokenPath,
  ListAccessTokensQuery,
  toAccessToken,
} from './access-token.dto';

const tag = 'accessToken';

/** Secrets that people make for their programs, in addition to Harbor. Administrators see and revoke everybody's. */
@Controller(`${api}/users/:user_id/access-tokens`)
export class AccessTokensController {
  constructor(
    private readonly tokens: AccessTokensService,
    private readonly users: UsersService,
    private readonly access: UserAccess,
    private readonly checker: AccessChecker,
  ) {}

  @Get()
  @Authenticated()
  @Operation({ id: 'listAccessTokens', tag, summary: 'List the access tokens of a user', errors: [401, 403, 404, 422] })
  @ReturnsList(AccessTokenDto)
  async list(
    @Param() { user_id: id }: UserIdParameters,
    @Query() query: ListAccessTokensQuery,
    @CurrentPrincipal() principal: Principal,
  ) {
    this.access.requireSelfOr(principal, id, 'user:read');
    await this.users.get(id);
    const { items, total } = await this.tokens.list(id, { page: query.page, pageSize: query.page_size });
    return new Page(items.map(toAccessToken), total, query);
  }

  @Post()
  @Authenticated()
  @Audited('create_access_token', ({ params, body }, subjects) =>
    subjects.people.accessToken(params.user_id, { name: String(body.name) }),
  )
  @Operation({
    id: 'createAccessToken',
    tag,
    summary: "Make an access token for one's own account, signed in with the password",
    errors: [400, 401, 403, 409, 412, 422],
  })
  @ReturnsCreated(AccessTokenCreatedDto)
  async create(
    @Param() { user_id: id }: UserIdParameters,
    @Body() { name, permissions, expires_at: expiry }: AccessTokenCreateDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    this.access.requireInPerson(principal, id);
    const { row, token } = await this.tokens.create(id, {
      name,
      grants: permissions ? await this.grantsOf(principal, permissions) : undefined,
      expiryTime: expiry ? new Date(expiry) : undefined,
    });
    setLocation(reply, `users/${id}/access-tokens/${row.id}`);
    return { ...toAccessToken(row), token };
  }

  @Delete(':token_id')
  @Authenticated()
  @Audited(
    'delete_access_token',
    ({ params }, subjects) => subjects.people.accessToken(params.user_id, { id: params.token_id }),
    'afterwards',
  )
  @Operation({ id: 'deleteAccessToken', tag, summary: 'Revoke an access token', errors: [401, 403, 404, 422] })
  @ReturnsNothing()
  async delete(
    @Param() { user_id: id, token_id: token }: AccessTokenPath,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    this.access.requireSelfOr(principal, id, 'user:update');
    await this.tokens.revoke(id, token);
  }

  /** Only projects that the owner sees can be named, so that names tell nothing. */
  private async grantsOf(principal: Principal, permissions: readonly TokenPermissionInput[]): Promise<TokenGrant[]> {
    const projects = new Map<string, number>();
    for (const name of projectsNamed(permissions))
      projects.set(name, (await this.checker.requireProject(principal, 'project:read', { name })).id);
    return tokenGrants(permissions, projects);
  }
}
