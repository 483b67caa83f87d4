import { z } from 'zod';
import { choice, flag, formedLine, isHostAndPort, text, wholeNumber, type SettingEntry } from './setting-entry';

/** Section 7.10. */
const longest = { min: 1, max: 99_999_999 } as const;
/** 1024 TiB */
const largestQuota = 2 ** 50;

const quota: SettingEntry<number> = {
  type: 'Quota',
  schema: z
    .int()
    .min(-1)
    .max(largestQuota)
    .refine((bytes) => bytes !== 0),
  expected: `-1, or a whole number of bytes from 1 to ${largestQuota}`,
  standard: -1,
  seed: 'STORAGE_PER_PROJECT',
  about: 'Bytes that a new project may hold; -1: without limit',
};

const robotPrefix: SettingEntry<string> = {
  type: 'NonEmptyString',
  schema: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\s:+]+$/),
  expected: '1 to 255 characters without spaces, : and +',
  standard: 'robot$',
  seed: 'ROBOT_NAME_PREFIX',
  about: 'What the names begin with that robots sign in under',
};

/** Read for clients that still send it: schedules of scans are a job schedule of their own. */
const scanAllPolicy: SettingEntry<{ type?: 'none' | 'daily'; parameter?: { daily_time?: number } }> = {
  type: 'Map',
  schema: z.object({
    type: z.enum(['none', 'daily']).optional(),
    parameter: z.object({ daily_time: z.int().min(0).max(86_399).optional() }).optional(),
  }),
  expected: 'an object with type (none, daily) and parameter.daily_time',
  standard: {},
  about: 'The older form of the schedule of scans; nothing follows from it',
};

/** The comma-separated names of section 7.9; of what no event has nothing is logged anyway. */
const isListOfEventTypes = (given: string): boolean =>
  given.split(',').every((name) => /^[a-z]+(_[a-z]+)+$/.test(name.trim()));

/** Everything but signing in. */
export const platformSettings = {
  project_creation_restriction: choice('ProjectCreationRestriction', ['everyone', 'adminonly'], {
    seed: 'PROJECT_CREATION_RESTRICTION',
    about: 'Who may create projects',
  }),
  read_only: flag(false, {
    seed: 'READ_ONLY',
    about: 'Nothing can be pushed, deleted or changed; pulls, tokens and this setting go on working',
  }),
  session_timeout: wholeNumber(
    60,
    { ...longest, type: 'Int64' },
    { seed: 'SESSION_TIMEOUT', about: 'Minutes after which a session that is not used ends' },
  ),
  token_expiration: wholeNumber(30, longest, {
    seed: 'TOKEN_EXPIRATION',
    about: 'Minutes that a registry token is valid',
  }),
  robot_token_duration: wholeNumber(30, longest, {
    seed: 'ROBOT_TOKEN_DURATION',
    about: 'Days that a new robot is valid when it is made without a duration',
  }),
  robot_name_prefix: robotPrefix,
  storage_per_project: quota,
  quota_per_project_enable: flag(true, { seed: 'QUOTA_PER_PROJECT_ENABLE', about: 'Quotas are enforced' }),
  notification_enable: flag(true, { seed: 'NOTIFICATION_ENABLE', about: 'Webhooks are sent' }),
  banner_message: text({
    seed: 'BANNER_MESSAGE',
    about: 'Shown on every page: JSON with message, closable, type, fromDate and toDate',
  }),
  artifact_restore_window_days: wholeNumber(
    7,
    { min: 0, max: 3_650 },
    { addition: true, about: 'Days that a deleted artifact can be restored; 0: it is gone at once' },
  ),
  trust_data_retention_days: wholeNumber(
    30,
    { min: 1, max: 3_650 },
    {
      addition: true,
      about: 'Days that Notary’s old role files stay when newer ones took their place, and keys that no root names',
    },
  ),
  pull_time_update_disable: flag(false, {
    seed: 'PULL_TIME_UPDATE_DISABLE',
    about: 'The time of the last pull is not kept',
  }),
  pull_count_update_disable: flag(false, { seed: 'PULL_COUNT_UPDATE_DISABLE', about: 'Pulls are not counted' }),
  scanner_skip_update_pulltime: flag(false, {
    seed: 'SCANNER_SKIP_UPDATE_PULL_TIME',
    about: "A scanner's pulls leave the time of the last pull alone",
  }),
  scan_all_policy: scanAllPolicy,
  pull_audit_log_disable: flag(false, {
    seed: 'PULL_AUDIT_LOG_DISABLE',
    about: 'Pulls are left out of the audit log',
  }),
  disabled_audit_log_event_types: formedLine(
    { holds: isListOfEventTypes, expected: 'event types separated by commas, create_user,delete_artifact' },
    { seed: 'AUDIT_LOG_EVENTS_DISABLED', about: 'Events that are left out of the audit log' },
  ),
  audit_log_forward_endpoint: formedLine(
    { holds: isHostAndPort, expected: 'host:port' },
    { seed: 'AUDIT_LOG_FORWARD_ENDPOINT', about: 'Syslog server (TCP) that the audit log is sent to' },
  ),
  skip_audit_log_database: flag(false, {
    seed: 'SKIP_LOG_AUDIT_DATABASE',
    about: 'The audit log is only sent to `audit_log_forward_endpoint`, which must be set',
  }),
};
