import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The index of signatures: what came of verifying them, and what was announced of it. */
export class Signatures1795620000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX "trust_target_gun_name_idx"');
    for (const table of ['signature_state', 'signature']) await runner.query(`DROP TABLE "${table}"`);
  }
}

const statements = [
  `CREATE TABLE "signature" (
    "repository_id" bigint NOT NULL,
    "subject_digest" varchar(160) COLLATE "C" NOT NULL,
    "artifact_id" bigint NOT NULL,
    "position" integer NOT NULL,
    "system" varchar(16) NOT NULL,
    "status" varchar(32) NOT NULL,
    "trusted_by" jsonb NOT NULL,
    "verdict" jsonb NOT NULL,
    "policy_version" bigint NOT NULL,
    "verified_time" timestamptz NOT NULL,
    "recheck_time" timestamptz,
    CONSTRAINT "signature_pkey" PRIMARY KEY ("repository_id", "subject_digest", "artifact_id", "position"),
    CONSTRAINT "signature_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE
  )`,
  `CREATE INDEX "signature_artifact_id_idx" ON "signature" ("artifact_id")`,
  `CREATE INDEX "signature_recheck_time_idx" ON "signature" ("recheck_time") WHERE recheck_time IS NOT NULL`,
  `CREATE TABLE "signature_state" (
    "repository_id" bigint NOT NULL,
    "digest" varchar(160) COLLATE "C" NOT NULL,
    "status" varchar(16) NOT NULL,
    "inherited_from" jsonb NOT NULL DEFAULT '[]',
    "update_time" timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT "signature_state_pkey" PRIMARY KEY ("repository_id", "digest"),
    CONSTRAINT "signature_state_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE
  )`,
  // Whether the names of a repository agree about a tag is asked for each tag of a list.
  `CREATE INDEX "trust_target_gun_name_idx" ON "trust_target" ("gun", "name")`,
];
