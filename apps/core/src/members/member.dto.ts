import { roleName } from '@breakwater/access';
import type { Member, NewMember } from '@breakwater/projects';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pagingShape, pathId } from '../rest';

export class ProjectMemberEntityDto extends createZodDto(
  z.object({
    id: int64,
    project_id: int64,
    entity_name: z.string(),
    role_name: z.string(),
    role_id: int64,
    entity_id: int64,
    entity_type: z.enum(['u', 'g']).describe('u: a user; g: a group'),
  }),
) {}

const memberUser = z
  .object({ user_id: int64.nullish(), username: z.string().max(255).nullish() })
  .meta({ 'x-model': 'UserEntity' });
const memberGroup = z
  .object({
    id: int64.nullish(),
    group_name: z.string().max(255).nullish(),
    group_type: int64.nullish(),
    ldap_group_dn: z.string().max(512).nullish(),
  })
  .meta({ 'x-model': 'UserGroup' });

export class ProjectMemberDto extends createZodDto(
  z.object({
    role_id: int64.describe('1 projectAdmin, 2 developer, 3 guest, 4 maintainer, 5 limitedGuest'),
    member_user: memberUser.nullish(),
    member_group: memberGroup.nullish(),
  }),
) {}

export class RoleRequestDto extends createZodDto(z.object({ role_id: int64 })) {}

export class MemberPath extends createZodDto(z.object({ mid: pathId.describe('The id of the member') })) {}

export class ListMembersQuery extends createZodDto(
  z.object({ ...pagingShape, entityname: z.string().max(255).optional().describe("Part of the member's name") }),
) {}

export function toMember(member: Member): z.input<typeof ProjectMemberEntityDto.schema> {
  return {
    id: member.id,
    project_id: member.projectId,
    entity_name: member.entityName,
    role_name: roleName(member.roleId) ?? '',
    role_id: member.roleId,
    entity_id: member.entityId,
    entity_type: member.entityType,
  };
}

/** Clients send zeros and empty strings for what they do not mean. */
export function readMember({
  role_id: roleId,
  member_user: user,
  member_group: group,
}: z.output<typeof ProjectMemberDto.schema>): NewMember {
  const person = { userId: user?.user_id || undefined, username: user?.username || undefined };
  return { roleId, ...person, ...(group && readGroup(group)) };
}

function readGroup(group: z.output<typeof memberGroup>): Partial<NewMember> {
  return {
    groupId: group.id || undefined,
    ldapGroupDn: group.ldap_group_dn || undefined,
    groupName: group.group_name || undefined,
    groupType: group.group_type || undefined,
  };
}
