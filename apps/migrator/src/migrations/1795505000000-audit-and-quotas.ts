import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the audit log is searched by, and the client that somebody used (ADR 0030). */
export class AuditAndQuotas1795505000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "audit_log" ADD COLUMN "user_agent" varchar(255) NOT NULL DEFAULT ''`);
    for (const [name, columns] of indexes) await runner.query(`CREATE INDEX "${name}" ON "audit_log" (${columns})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name] of indexes) await runner.query(`DROP INDEX "${name}"`);
    await runner.query(`ALTER TABLE "audit_log" DROP COLUMN "user_agent"`);
  }
}

const indexes = [
  ['audit_log_username_op_time_idx', '"username", "op_time"'],
  ['audit_log_resource_op_time_idx', '"resource", "op_time"'],
  ['audit_log_resource_type_operation_op_time_idx', '"resource_type", "operation", "op_time"'],
] as const;
