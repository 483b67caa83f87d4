import { z } from 'zod';

/** What an administrator changes at run time, with Harbor's names and defaults (management-platform.md section 7.10). */
export const settingsSchema = z.object({
  auth_mode: z.enum(['db_auth']).default('db_auth'),
  project_creation_restriction: z.enum(['everyone', 'adminonly']).default('everyone'),
  self_registration: z.boolean().default(false),
  token_expiration: z.int().min(1).max(99_999_999).default(30).describe('Minutes'),
  robot_token_duration: z.int().min(-1).max(2_147_483_646).default(30).describe('Days'),
  robot_name_prefix: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\s:+]+$/)
    .default('robot$'),
  read_only: z.boolean().default(false),
  session_timeout: z.int().min(1).max(99_999_999).default(60).describe('Minutes'),
  banner_message: z.string().max(10_000).default(''),
  notification_enable: z.boolean().default(true),
  storage_per_project: z
    .int()
    .min(-1)
    .max(2 ** 50)
    .default(-1)
    .describe('Bytes; -1: unlimited'),
  artifact_restore_window_days: z
    .int()
    .min(0)
    .max(3_650)
    .default(7)
    .describe('How long a deleted artifact can be restored; 0: it is gone at once'),
});

export type Settings = z.output<typeof settingsSchema>;

const shape = settingsSchema.shape;

/** A row this build cannot read (written by a newer one, or by hand) counts as its default. */
export function settingsFrom(rows: readonly { key: string; value: unknown }[]): Settings {
  const readable = rows.filter(
    ({ key, value }) => key in shape && shape[key as keyof Settings].safeParse(value).success,
  );
  return settingsSchema.parse(Object.fromEntries(readable.map(({ key, value }) => [key, value])));
}
