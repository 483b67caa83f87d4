/** What the audit log can keep, as operation and resource. Purges and the setting that leaves some out name them so. */
export const auditEventTypes = [
  'create_artifact',
  'delete_artifact',
  'pull_artifact',
  'create_project',
  'update_project',
  'delete_project',
  'delete_repository',
  'login_user',
  'logout_user',
  'create_user',
  'update_user',
  'delete_user',
  'create_robot',
  'delete_robot',
  'create_member',
  'update_member',
  'delete_member',
  'update_configuration',
  // In addition to Harbor's.
  'restore_artifact',
  'purge_artifact',
  'create_tag',
  'restore_tag',
  'delete_tag',
  'update_robot',
  'update_quota',
] as const;

export type AuditEventType = (typeof auditEventTypes)[number];

/** The types in a setting: separated by commas, with or without spaces. */
export function listedTypes(text: string): ReadonlySet<string> {
  return new Set(text.split(',').flatMap((type) => type.trim() || []));
}
