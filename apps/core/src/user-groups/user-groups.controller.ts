import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { GroupsService } from '@breakwater/identity';
import { MembersService } from '@breakwater/projects';
import type { FastifyReply } from 'fastify';
import { Audited } from '../audit-logs';
import { Authenticated, SystemPermission } from '../auth';
import { api, Operation, Page, Returns, ReturnsCreated, ReturnsList, ReturnsNothing, setLocation } from '../rest';
import {
  GroupPath,
  ListGroupsQuery,
  SearchGroupsQuery,
  toGroup,
  UserGroupDto,
  UserGroupSearchItemDto,
} from './user-group.dto';

const tag = 'usergroup';

/** Groups of identity providers. Who is in them is learnt when people sign in. */
@Controller(`${api}/usergroups`)
export class UserGroupsController {
  constructor(
    private readonly groups: GroupsService,
    private readonly members: MembersService,
  ) {}

  @Get()
  @SystemPermission('user-group:list')
  @Operation({ id: 'listUserGroups', tag, summary: 'List the user groups', errors: [401, 403, 422] })
  @ReturnsList(UserGroupDto)
  async list(@Query() query: ListGroupsQuery) {
    const filter = { name: query.group_name, ldapGroupDn: query.ldap_group_dn };
    const { items, total } = await this.groups.list(filter, { page: query.page, pageSize: query.page_size });
    return new Page(items.map(toGroup), total, query);
  }

  @Post()
  @SystemPermission('user-group:create')
  @Audited('create_user_group', ({ body }) => ({ resource: String(body.group_name) }))
  @Operation({ id: 'createUserGroup', tag, summary: 'Create a user group', errors: [400, 401, 403, 409, 422] })
  @ReturnsCreated()
  async create(@Body() body: UserGroupDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const id = await this.groups.create({
      groupName: body.group_name ?? '',
      groupType: body.group_type ?? 0,
      ldapGroupDn: body.ldap_group_dn ?? '',
    });
    setLocation(reply, `usergroups/${id}`);
  }

  @Get('search')
  @Authenticated()
  @Operation({
    id: 'searchUserGroups',
    tag,
    summary: 'Find user groups by a part of their name',
    errors: [401, 409, 422],
  })
  @ReturnsList(UserGroupSearchItemDto)
  async search(@Query() query: SearchGroupsQuery) {
    const filter = { name: query.groupname };
    const { items, total } = await this.groups.list(filter, { page: query.page, pageSize: query.page_size });
    return new Page(
      items.map(({ id, groupName, groupType }) => ({ id, group_name: groupName, group_type: groupType })),
      total,
      query,
    );
  }

  @Get(':group_id')
  @SystemPermission('user-group:read')
  @Operation({ id: 'getUserGroup', tag, summary: 'Get a user group', errors: [400, 401, 403, 404, 422] })
  @Returns(UserGroupDto)
  async get(@Param() { group_id: id }: GroupPath) {
    return toGroup(await this.groups.get(id));
  }

  @Put(':group_id')
  @SystemPermission('user-group:update')
  @Audited('update_user_group', ({ params }, subjects) => subjects.people.group(params.group_id))
  @Operation({
    id: 'updateUserGroup',
    tag,
    summary: 'Rename a user group; its type and distinguished name stay',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  update(@Param() { group_id: id }: GroupPath, @Body() body: UserGroupDto): Promise<void> {
    return this.groups.rename(id, body.group_name ?? '');
  }

  @Delete(':group_id')
  @SystemPermission('user-group:delete')
  @Audited('delete_user_group', ({ params }, subjects) => subjects.people.group(params.group_id))
  @Operation({
    id: 'deleteUserGroup',
    tag,
    summary: 'Delete a user group; its members lose what it gave them',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  delete(@Param() { group_id: id }: GroupPath): Promise<void> {
    return this.members.removeGroup(id);
  }
}
