import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signed tags that were moved, until it is known whether what they point to since is signed as well. */
export class SignedTags1795630000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "signed_tag_move"');
    await runner.query(`UPDATE "trust_policy" SET "settings" = "settings" - 'signed_tags'`);
  }
}

const statements = [
  `CREATE TABLE "signed_tag_move" (
    "move_id" bigint NOT NULL,
    "repository_id" bigint NOT NULL,
    "old_status" varchar(16) NOT NULL,
    "due_time" timestamptz NOT NULL,
    "announced_time" timestamptz,
    CONSTRAINT "signed_tag_move_pkey" PRIMARY KEY ("move_id"),
    CONSTRAINT "signed_tag_move_move_id_fkey" FOREIGN KEY ("move_id") REFERENCES "tag_history"("id") ON DELETE CASCADE,
    CONSTRAINT "signed_tag_move_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE
  )`,
  `CREATE INDEX "signed_tag_move_repository_id_idx" ON "signed_tag_move" ("repository_id")`,
  `CREATE INDEX "signed_tag_move_due_time_idx" ON "signed_tag_move" ("due_time") WHERE announced_time IS NULL`,
  `UPDATE "trust_policy" SET "settings" = '{"signed_tags": "replaceable"}'::jsonb || "settings"`,
];
