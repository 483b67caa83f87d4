import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { ProjectFacts } from '@breakwater/access';
import { MembersService } from '@breakwater/projects';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Audited, theProject } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import {
  api,
  Operation,
  Page,
  PathParameters,
  ResourceNameHeader,
  Returns,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  setLocation,
} from '../rest';
import {
  ListMembersQuery,
  MemberPath,
  ProjectMemberDto,
  ProjectMemberEntityDto,
  readMember,
  RoleRequestDto,
  toMember,
} from './member.dto';

@Controller(`${api}/projects/:project_name_or_id/members`)
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @RequirePermission('member:list')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'listProjectMembers',
    tag: 'member',
    summary: 'List the members of a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(ProjectMemberEntityDto)
  async list(
    @CurrentProject() project: ProjectFacts,
    @Query() query: ListMembersQuery,
  ): Promise<Page<z.input<typeof ProjectMemberEntityDto.schema>>> {
    const { items, total } = await this.members.list(project.id, {
      entityName: query.entityname,
      page: query.page,
      pageSize: query.page_size,
    });
    return new Page(items.map(toMember), total, query);
  }

  @Post()
  @RequirePermission('member:create')
  @Audited('create_member', (audited, subjects) =>
    audited.createdId === undefined
      ? { ...theProject(audited), resource: nameIn(audited.body) }
      : subjects.member(audited.request.project, audited.createdId),
  )
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'createProjectMember',
    tag: 'member',
    summary: 'Add a member to a project',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsCreated()
  async create(
    @CurrentProject() project: ProjectFacts,
    @Body() body: ProjectMemberDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const id = await this.members.add(project.id, readMember(body));
    setLocation(reply, `projects/${project.id}/members/${id}`);
  }

  @Get(':mid')
  @RequirePermission('member:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getProjectMember',
    tag: 'member',
    summary: 'Get a member of a project',
    errors: [400, 401, 403, 404, 422],
  })
  @Returns(ProjectMemberEntityDto)
  async get(
    @CurrentProject() project: ProjectFacts,
    @Param() { mid }: MemberPath,
  ): Promise<z.input<typeof ProjectMemberEntityDto.schema>> {
    return toMember(await this.members.get(project.id, mid));
  }

  @Put(':mid')
  @RequirePermission('member:update')
  @Audited('update_member', ({ request, params }, subjects) => subjects.member(request.project, params.mid))
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'updateProjectMember',
    tag: 'member',
    summary: 'Give a member another role',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  update(
    @CurrentProject() project: ProjectFacts,
    @Param() { mid }: MemberPath,
    @Body() body: RoleRequestDto,
  ): Promise<void> {
    return this.members.update(project.id, mid, body.role_id);
  }

  @Delete(':mid')
  @RequirePermission('member:delete')
  @Audited('delete_member', ({ request, params }, subjects) => subjects.member(request.project, params.mid))
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'deleteProjectMember',
    tag: 'member',
    summary: 'Remove a member from a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  delete(@CurrentProject() project: ProjectFacts, @Param() { mid }: MemberPath): Promise<void> {
    return this.members.delete(project.id, mid);
  }
}

/** As a request names who is to be a member, whatever its shape. */
function nameIn({ member_user: user, member_group: group }: Record<string, unknown>): string {
  const [{ username }, { group_name: name }] = [user ?? {}, group ?? {}] as [
    { username?: unknown },
    { group_name?: unknown },
  ];
  return String(username ?? name ?? '');
}
