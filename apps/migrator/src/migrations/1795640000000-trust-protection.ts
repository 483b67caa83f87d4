import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys follow the trust data that they signed, and retention leaves alone what Notary signs. */
export class TrustProtection1795640000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "retention_policy" DROP COLUMN "keep_notary_signed"');
    await runner.query('ALTER TABLE "signer_key" DROP COLUMN "offered_time"');
    await runner.query('DROP TABLE "trust_key_removal"');
  }
}

const statements = [
  `CREATE TABLE "trust_key_removal" (
    "gun" varchar(512) COLLATE "C" NOT NULL,
    "deletion_time" timestamptz NOT NULL,
    CONSTRAINT "trust_key_removal_pkey" PRIMARY KEY ("gun")
  )`,
  `CREATE INDEX "trust_key_removal_deletion_time_idx" ON "trust_key_removal" ("deletion_time", "gun")`,
  // Of those that wait now nobody knows who was told: they are kept as if that were today.
  `ALTER TABLE "signer_key" ADD COLUMN "offered_time" timestamptz NOT NULL DEFAULT now()`,
  `ALTER TABLE "retention_policy" ADD COLUMN "keep_notary_signed" boolean NOT NULL DEFAULT true`,
];
