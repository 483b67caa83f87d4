import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Artifacts are found by the name of a label, whatever its project (ADR 0029). */
export class LabelSearch1795508000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX "label_name_idx" ON "label" ("name", "id")');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX "label_name_idx"');
  }
}
