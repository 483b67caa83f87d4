import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often a task's workers died, so that what kills workers is given up (ADR 0020). */
export class TaskLosses1795401000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "task" ADD "losses" integer NOT NULL DEFAULT '0'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "task" DROP COLUMN "losses"`);
  }
}
