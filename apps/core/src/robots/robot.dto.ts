import { expiryWarning, levelOf, type RobotInput, type RobotView } from '@breakwater/identity';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, pathId, time } from '../rest';

const access = z
  .object({
    resource: z.string().max(255).nullish(),
    action: z.string().max(255).nullish(),
    effect: z.string().max(16).nullish().describe('allow, which is the default, or deny'),
  })
  .meta({ 'x-model': 'Access' });
const permission = z
  .object({
    kind: z.string().max(16).nullish().describe('system or project'),
    namespace: z
      .string()
      .max(255)
      .nullish()
      .describe('`/` for the system, the name of a project, `*` for all projects'),
    access: z.array(access).nullish(),
  })
  .meta({ 'x-model': 'RobotPermission' });

const text = z.string().nullish();
const description = z.string().max(1_024).nullish();

export class RobotCreateDto extends createZodDto(
  z.object({
    name: text,
    description,
    secret: text.describe('Given only when it should not be generated'),
    level: text.describe('system or project'),
    disable: z.boolean().nullish(),
    duration: int64.nullish().describe('Days, -1 for ever'),
    permissions: z.array(permission).nullish(),
  }),
) {}

export class RobotCreatedDto extends createZodDto(
  z.object({ id: int64, name: z.string(), secret: z.string().optional(), creation_time: time, expires_at: int64 }),
) {}

const shown = {
  id: int64,
  name: z.string(),
  description: z.string(),
  secret: z.string().optional(),
  level: z.string(),
  duration: int64.nullable(),
  editable: z.boolean(),
  disable: z.boolean(),
  expires_at: int64,
  permissions: z.array(permission),
  creator_type: z.string(),
  creator_ref: int64,
  expiry_warning: z
    .enum(['none', 'soon', 'expired'])
    .optional()
    .describe('soon: within two weeks. Harbor has no such field'),
  last_used_time: time.nullish().describe('To the minute; null: never. Harbor has no such field'),
  previous_secret_until: time
    .nullish()
    .describe('Until then the secret before the last rotation is good too. Harbor has no such field'),
};

export class RobotDto extends createZodDto(z.object({ ...shown, creation_time: time, update_time: time })) {}

/** What clients read they send back, changed: what cannot change is ignored. */
export class RobotUpdateDto extends createZodDto(
  z
    .object({
      name: text,
      description,
      level: text,
      disable: z.boolean().nullish(),
      duration: int64.nullish(),
      permissions: z.array(permission).nullish(),
      id: int64.nullish(),
      secret: text,
      editable: z.boolean().nullish(),
      expires_at: int64.nullish(),
      creator_type: text,
      creator_ref: int64.nullish(),
      creation_time: text,
      update_time: text,
    })
    .meta({ 'x-model': 'Robot' }),
) {}

export class RobotSecDto extends createZodDto(z.object({ secret: text.describe('Empty: one is generated') })) {}

/** A month is enough to tell everybody. */
const maxOverlapHours = 720;

export class RefreshSecretQuery extends createZodDto(
  z.object({
    overlap_hours: z.coerce
      .number()
      .int()
      .min(0)
      .max(maxOverlapHours)
      .default(0)
      .describe('How long the old secret stays good beside the new one. Harbor has no such parameter'),
  }),
) {}

export class RobotIdParameters extends createZodDto(z.object({ robot_id: pathId })) {}

export class ListRobotsQuery extends createZodDto(z.object(listShape)) {}

export function toRobot(robot: RobotView): z.input<typeof RobotDto.schema> {
  return {
    id: robot.id,
    name: robot.fullName,
    description: robot.description,
    level: levelOf(robot),
    duration: robot.duration,
    editable: true,
    disable: robot.disabled,
    expires_at: robot.expiresAt,
    permissions: toPermissions(robot),
    creator_type: robot.creatorType,
    creator_ref: robot.creatorRef,
    expiry_warning: expiryWarning(robot.expiresAt),
    last_used_time: robot.lastUsedTime,
    previous_secret_until: robot.previousSecretUntil,
    creation_time: robot.creationTime,
    update_time: robot.updateTime,
  };
}

export function readRobot(body: RobotCreateDto | RobotUpdateDto): RobotInput {
  return {
    name: body.name ?? '',
    level: body.level ?? '',
    description: body.description ?? '',
    disable: body.disable ?? false,
    duration: body.duration ?? undefined,
    permissions: (body.permissions ?? []).map(({ kind, namespace, access: entries }) => ({
      kind: kind ?? '',
      namespace: namespace ?? '',
      access: (entries ?? []).map(({ resource, action, effect }) => ({
        resource: resource ?? '',
        action: action ?? '',
        effect: effect ?? undefined,
      })),
    })),
  };
}

/** Grants on one namespace stand together. */
function toPermissions({ grants }: RobotView): z.input<typeof permission>[] {
  const groups = new Map<string, z.input<typeof permission> & { access: z.input<typeof access>[] }>();
  for (const { kind, namespace, resource, action, effect } of grants) {
    const key = `${kind}:${namespace}`;
    const group = groups.get(key) ?? { kind, namespace, access: [] };
    group.access.push({ resource, action, effect });
    groups.set(key, group);
  }
  return [...groups.values()];
}
