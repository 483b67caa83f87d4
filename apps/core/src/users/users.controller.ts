import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { firstUserId, UsersService } from '@breakwater/identity';
import { AppError, type QueryFilter } from '@breakwater/kernel';
import { SettingsService } from '@breakwater/settings';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited } from '../audit-logs';
import { Authenticated, CurrentPrincipal, Public, SystemPermission } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  Returns,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  setLocation,
} from '../rest';
import { Registration } from './registration';
import { UserAccess } from './user-access';
import { UserIdParameters } from './user-id.dto';
import {
  ListUsersQuery,
  OIDCCliSecretReqDto,
  SearchUsersQuery,
  toUser,
  UserCreationReqDto,
  UserProfileDto,
  UserRespDto,
  UserSearchRespItemDto,
  UserSysAdminFlagDto,
} from './user.dto';

const tag = 'user';

@Controller(`${api}/users`)
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly access: UserAccess,
    private readonly registration: Registration,
    private readonly settings: SettingsService,
  ) {}

  @Get()
  @SystemPermission('user:list')
  @Operation({ id: 'listUsers', tag, summary: 'List the users', errors: [400, 401, 403] })
  @ReturnsList(UserRespDto)
  async list(@Query() query: ListUsersQuery) {
    const options = listOptions(query);
    const { items, total } = await this.users.list({
      ...options,
      filters: [...options.filters, ...legacyFilters(query)],
    });
    return new Page(items.map(toUser), total, query);
  }

  @Post()
  @Public()
  @Operation({ id: 'createUser', tag, summary: 'Create a user', errors: [400, 401, 403, 409] })
  @ReturnsCreated()
  async create(
    @Body() { username, email, realname, comment, password }: UserCreationReqDto,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const input = {
      username: username ?? '',
      email: email ?? '',
      realname: realname ?? '',
      comment: comment ?? '',
      password: password ?? '',
    };
    const id = await this.registration.create(input, principal, [request, reply]);
    setLocation(reply, `users/${id}`);
  }

  @Get('search')
  @Authenticated()
  @Operation({ id: 'searchUsers', tag, summary: 'Find users by a part of their name', errors: [401] })
  @ReturnsList(UserSearchRespItemDto)
  async search(@Query() query: SearchUsersQuery) {
    const { items, total } = await this.users.search(query.username, { page: query.page, pageSize: query.page_size });
    return new Page(
      items.map(({ id, username }) => ({ user_id: id, username })),
      total,
      query,
    );
  }

  @Get(':user_id')
  @Authenticated()
  @Operation({ id: 'getUser', tag, summary: 'Get a user', errors: [401, 403, 404] })
  @Returns(UserRespDto)
  async get(@Param() { user_id: id }: UserIdParameters, @CurrentPrincipal() principal: Principal) {
    this.access.requireSelfOr(principal, id, 'user:read');
    return toUser(await this.users.get(id));
  }

  @Put(':user_id')
  @Authenticated()
  @Audited('update_user', ({ params }, subjects) => subjects.people.user(params.user_id))
  @Operation({
    id: 'updateUserProfile',
    tag,
    summary: 'Change the profile of a user',
    errors: [400, 401, 403, 404, 409],
  })
  @ReturnsNothing()
  async updateProfile(
    @Param() { user_id: id }: UserIdParameters,
    @Body() { email, realname, comment }: UserProfileDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    this.access.requireSelfOr(principal, id, 'user:update');
    await this.users.updateProfile(id, { email: email ?? '', realname: realname ?? '', comment: comment ?? '' });
  }

  @Delete(':user_id')
  @SystemPermission('user:delete')
  @Audited('delete_user', ({ params }, subjects) => subjects.people.user(params.user_id))
  @Operation({
    id: 'deleteUser',
    tag,
    summary: 'Delete a user; not oneself, and not the first',
    errors: [401, 403, 404],
  })
  @ReturnsNothing()
  async delete(@Param() { user_id: id }: UserIdParameters, @CurrentPrincipal() principal: Principal): Promise<void> {
    if (id === firstUserId || this.access.isSelf(principal, id))
      throw new AppError('FORBIDDEN', `user with ID ${id} cannot be deleted`);
    await this.users.remove(id);
  }

  @Put(':user_id/sysadmin')
  @SystemPermission('user:update')
  @Audited('update_user', ({ params }, subjects) => subjects.people.user(params.user_id))
  @Operation({
    id: 'setUserSysAdmin',
    tag,
    summary: 'Make a user a system administrator, or no longer one',
    errors: [401, 403, 404],
  })
  @ReturnsNothing()
  async setSysadmin(
    @Param() { user_id: id }: UserIdParameters,
    @Body() { sysadmin_flag: flag }: UserSysAdminFlagDto,
  ): Promise<void> {
    await this.users.setSysadmin(id, flag ?? false);
  }

  @Put(':user_id/cli_secret')
  @Authenticated()
  @Audited('update_user', ({ params }, subjects) => subjects.people.user(params.user_id))
  @Operation({
    id: 'setCliSecret',
    tag,
    summary: 'Set the CLI secret of a user of OIDC',
    errors: [400, 401, 403, 404, 412],
  })
  @ReturnsNothing()
  async setCliSecret(
    @Param() { user_id: id }: UserIdParameters,
    @Body() _secret: OIDCCliSecretReqDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    this.access.requireSelfOr(principal, id, 'user:update');
    await this.users.get(id);
    const { auth_mode: mode } = await this.settings.get();
    throw new AppError('PRECONDITION', `no user has a CLI secret in the auth mode ${mode}: use an access token`, {
      reason: 'user.cli-secret.none',
      params: { mode },
    });
  }
}

/** Harbor takes `username` and `email` beside `q`. */
function legacyFilters({ username, email }: ListUsersQuery): QueryFilter[] {
  return Object.entries({ username, email }).flatMap(([key, value]) => (value ? [{ key, match: 'fuzzy', value }] : []));
}
