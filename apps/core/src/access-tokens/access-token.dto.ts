import type { TokenGrant } from '@breakwater/access';
import type { AccessTokenRow } from '@breakwater/identity';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pagingShape, pathId, time } from '../rest';

const permission = z
  .object({
    kind: z.enum(['system', 'project']),
    namespace: z.string().max(255).describe('`/` for the system, the name of a project, `*` for every project'),
    access: z
      .array(
        z.object({ resource: z.string().max(64), action: z.string().max(64) }).meta({ 'x-model': 'AccessTokenAccess' }),
      )
      .max(1_000),
  })
  .meta({ 'x-model': 'AccessTokenPermission' });

const shown = {
  id: int64,
  name: z.string(),
  permissions: z.array(permission).nullable().describe('null: all that its owner may'),
  expires_at: time.nullable().describe('null: never'),
  last_used_time: time.nullable().describe('To the minute'),
  creation_time: time,
};

export class AccessTokenDto extends createZodDto(z.object(shown)) {}

export class AccessTokenCreatedDto extends createZodDto(
  z.object({ ...shown, token: z.string().describe('Shown here and never again') }),
) {}

export class AccessTokenCreateDto extends createZodDto(
  z.object({
    name: z.string().max(255),
    permissions: z.array(permission).max(100).nullish().describe('Absent: all that its owner may'),
    expires_at: z.iso.datetime({ offset: true }).nullish().describe('RFC 3339; absent: never'),
  }),
) {}

export class AccessTokenPath extends createZodDto(z.object({ user_id: pathId, token_id: pathId })) {}

export class ListAccessTokensQuery extends createZodDto(z.object(pagingShape)) {}

export function toAccessToken(row: AccessTokenRow): z.input<typeof AccessTokenDto.schema> {
  return {
    id: row.id,
    name: row.name,
    permissions: row.grants && toPermissions(row.grants),
    expires_at: row.expiryTime,
    last_used_time: row.lastUsedTime,
    creation_time: row.creationTime,
  };
}

/** Grants on one namespace stand together. */
function toPermissions(grants: readonly TokenGrant[]): z.input<typeof permission>[] {
  const groups = new Map<number, z.input<typeof permission>>();
  for (const { projectId, namespace, resource, action } of grants) {
    const kind = projectId === 0 ? 'system' : 'project';
    const group = groups.get(projectId) ?? { kind, namespace, access: [] };
    group.access.push({ resource, action });
    groups.set(projectId, group);
  }
  return [...groups.values()];
}
