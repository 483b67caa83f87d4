import type { UserRow } from '@breakwater/identity';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, pagingShape, queryBoolean, time } from '../rest';

const text = z.string().nullish();

const oidcUserInfo = z
  .object({
    id: int64.optional(),
    user_id: int64.optional(),
    subiss: z.string().optional(),
    secret: z.string().optional(),
    creation_time: time.optional(),
    update_time: time.optional(),
  })
  .meta({ 'x-model': 'OIDCUserInfo' });

export class UserRespDto extends createZodDto(
  z.object({
    user_id: int64,
    username: z.string(),
    email: z.string(),
    realname: z.string(),
    comment: z.string(),
    sysadmin_flag: z.boolean(),
    admin_role_in_auth: z.boolean().describe('Administrator through a group of the identity provider'),
    oidc_user_meta: oidcUserInfo.optional(),
    creation_time: time,
    update_time: time,
  }),
) {}

export class UserSearchRespItemDto extends createZodDto(z.object({ user_id: int64, username: z.string() })) {}

export class UserCreationReqDto extends createZodDto(
  z.object({
    username: z.string().max(255).nullish(),
    email: z.string().max(255).nullish(),
    realname: text,
    comment: text,
    password: text.describe('8 to 128 characters with an upper case letter, a lower case letter and a digit'),
  }),
) {}

export class UserProfileDto extends createZodDto(z.object({ email: text, realname: text, comment: text })) {}

export class UserSysAdminFlagDto extends createZodDto(z.object({ sysadmin_flag: z.boolean().nullish() })) {}

export class PasswordReqDto extends createZodDto(
  z.object({ old_password: text.describe("Needed for one's own password"), new_password: text }),
) {}

export class OIDCCliSecretReqDto extends createZodDto(z.object({ secret: text })) {}

export class ListUsersQuery extends createZodDto(
  z.object({ ...listShape, username: z.string().max(255).optional(), email: z.string().max(255).optional() }),
) {}

export class SearchUsersQuery extends createZodDto(
  z.object({ ...pagingShape, username: z.string().max(255).default('').describe('Part of the name') }),
) {}

export class CurrentPermissionsQuery extends createZodDto(
  z.object({
    scope: z.string().max(64).optional().describe('`/project/<id>` or `/system`'),
    relative: queryBoolean.optional().describe('true: resources are named without the scope'),
  }),
) {}

export class PermissionDto extends createZodDto(z.object({ resource: z.string(), action: z.string() })) {}

export function toUser(user: UserRow): z.input<typeof UserRespDto.schema> {
  return {
    user_id: user.id,
    username: user.username,
    email: user.email ?? '',
    realname: user.realname,
    comment: user.comment,
    sysadmin_flag: user.sysadmin,
    admin_role_in_auth: user.adminInAuth,
    creation_time: user.creationTime,
    update_time: user.updateTime,
  };
}
