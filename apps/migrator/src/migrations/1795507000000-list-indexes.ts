import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists of a million artifacts by every order that people ask for, and of people and log entries by theirs. */
export class ListIndexes1795507000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [name, on] of [...widened.map(([index, , wide]) => [`${index}_wide`, wide]), ...added])
      await runner.query(`CREATE INDEX "${name}" ON ${on}`);
    for (const [name] of widened) {
      await runner.query(`DROP INDEX "${name}"`);
      await runner.query(`ALTER INDEX "${name}_wide" RENAME TO "${name}"`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name] of [...widened, ...added]) await runner.query(`DROP INDEX "${name}"`);
    for (const [name, narrow] of widened) await runner.query(`CREATE INDEX "${name}" ON ${narrow}`);
  }
}

/** With `listed`, so that a page and a count need the index alone, whether they hide what is not listed or not. */
const widened = [
  [
    'artifact_project_id_push_time_idx',
    '"artifact" ("project_id", "push_time", "id") WHERE listed',
    '"artifact" ("project_id", "push_time", "id", "listed")',
  ],
  [
    'artifact_repository_id_push_time_idx',
    '"artifact" ("repository_id", "push_time", "id")',
    '"artifact" ("repository_id", "push_time", "id", "listed")',
  ],
] as const;

const added = [
  ['artifact_repository_id_id_idx', '"artifact" ("repository_id", "id", "listed")'],
  ['artifact_project_id_id_idx', '"artifact" ("project_id", "id") WHERE listed'],
  ['artifact_project_id_size_idx', '"artifact" ("project_id", "size", "id") WHERE listed'],
  ['artifact_project_id_repository_id_idx', '"artifact" ("project_id", "repository_id", "id") WHERE listed'],
  ['artifact_project_id_type_idx', '"artifact" ("project_id", "type", "push_time", "id") WHERE listed'],
  [
    'artifact_project_id_media_type_idx',
    '"artifact" ("project_id", "media_type", "repository_id", "push_time", "id") WHERE listed',
  ],
  ['audit_log_operation_op_time_idx', '"audit_log" ("operation", "op_time")'],
  ['audit_log_source_address_op_time_idx', '"audit_log" ("source_address", "op_time")'],
  ['audit_log_failed_idx', '"audit_log" ("op_time") WHERE NOT operation_result'],
  ['repository_listed_idx', '"repository" ("name", "project_id", "id") WHERE first_push_time IS NOT NULL'],
  ['user_account_realname_idx', '"user_account" ("realname")'],
  ['user_account_creation_time_idx', '"user_account" ("creation_time")'],
  ['user_account_listed_idx', '"user_account" ("username", "id") WHERE NOT deleted'],
  ['user_account_sysadmin_idx', '"user_account" ("username", "id") WHERE sysadmin AND NOT deleted'],
] as const;
