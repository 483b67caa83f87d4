import type { GroupRow } from '@breakwater/identity';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pagingShape, pathId } from '../rest';

export class UserGroupDto extends createZodDto(
  z.object({
    id: int64.nullish(),
    group_name: z.string().max(255).nullish(),
    group_type: int64.nullish().describe('1 LDAP, 2 HTTP, 3 OIDC'),
    ldap_group_dn: z.string().max(512).nullish(),
  }),
) {}

export class UserGroupSearchItemDto extends createZodDto(
  z.object({ id: int64, group_name: z.string(), group_type: int64 }),
) {}

export class GroupPath extends createZodDto(z.object({ group_id: pathId })) {}

const name = z.string().max(255);

export class ListGroupsQuery extends createZodDto(
  z.object({
    ...pagingShape,
    ldap_group_dn: z.string().max(512).optional(),
    group_name: name.optional().describe('Part of the name'),
  }),
) {}

export class SearchGroupsQuery extends createZodDto(
  z.object({ ...pagingShape, groupname: name.default('').describe('Part of the name') }),
) {}

export function toGroup({ id, groupName, groupType, ldapGroupDn }: GroupRow): z.input<typeof UserGroupDto.schema> {
  return { id, group_name: groupName, group_type: groupType, ldap_group_dn: ldapGroupDn };
}
