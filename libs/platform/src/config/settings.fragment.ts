import { z } from 'zod';

/** Variables that give a setting its first value, with Harbor's names; libs/domain/settings says which setting. */
export const settingSeeds = [
  'AUTH_MODE',
  'PRIMARY_AUTH_MODE',
  'LDAP_BASE_DN',
  'LDAP_FILTER',
  'LDAP_GROUP_BASE_DN',
  'LDAP_GROUP_ADMIN_DN',
  'LDAP_GROUP_GID',
  'LDAP_GROUP_FILTER',
  'LDAP_GROUP_SCOPE',
  'LDAP_SCOPE',
  'LDAP_SEARCH_DN',
  'LDAP_SEARCH_PWD',
  'LDAP_TIMEOUT',
  'LDAP_UID',
  'LDAP_URL',
  'LDAP_VERIFY_CERT',
  'LDAP_GROUP_MEMBERSHIP_ATTRIBUTE',
  'LDAP_GROUP_ATTACH_PARALLEL',
  'PROJECT_CREATION_RESTRICTION',
  'READ_ONLY',
  'SELF_REGISTRATION',
  'TOKEN_EXPIRATION',
  'UAA_CLIENTID',
  'UAA_CLIENTSECRET',
  'UAA_ENDPOINT',
  'UAA_VERIFY_CERT',
  'ROBOT_TOKEN_DURATION',
  'ROBOT_NAME_PREFIX',
  'NOTIFICATION_ENABLE',
  'QUOTA_PER_PROJECT_ENABLE',
  'STORAGE_PER_PROJECT',
  'PULL_TIME_UPDATE_DISABLE',
  'PULL_COUNT_UPDATE_DISABLE',
  'PULL_AUDIT_LOG_DISABLE',
  'AUDIT_LOG_FORWARD_ENDPOINT',
  'SKIP_LOG_AUDIT_DATABASE',
  'SCANNER_SKIP_UPDATE_PULL_TIME',
  'AUDIT_LOG_EVENTS_DISABLED',
  'SESSION_TIMEOUT',
  'BANNER_MESSAGE',
] as const;

export type SettingSeed = (typeof settingSeeds)[number];

const seed = z.string().optional().describe('First value of a setting: [settings](settings.md)');

const jsonObject = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'expected a JSON object' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.unknown()));

/** What the environment says about settings. core publishes it, so that the other processes need not be told. */
export const settingsFragment = {
  ...(Object.fromEntries(settingSeeds.map((name) => [name, seed])) as Record<SettingSeed, typeof seed>),
  CONFIG_OVERWRITE_JSON: jsonObject
    .optional()
    .describe('Settings as JSON, `{"read_only":true}`: they count, and no setting can be changed any more'),
};

/** The settings' part of core's configuration. */
export type SettingsEnvironmentVariables = Partial<Record<SettingSeed, string>> & {
  CONFIG_OVERWRITE_JSON?: Record<string, unknown>;
};
