import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A key of the signer is sealed in its row, or lives in a PKCS#11 token (ADR 0038). */
export class KeysInTokens1795650000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  /** What lives in a token is of no use to a build that knows no tokens. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM "signer_key" WHERE "token" IS NOT NULL');
    await runner.query(
      `ALTER TABLE "signer_key" DROP CONSTRAINT "signer_key_home_check", DROP COLUMN "token", DROP COLUMN "token_key_id",
         ALTER COLUMN "sealed_key" SET NOT NULL, ALTER COLUMN "wrapping_key_id" SET NOT NULL`,
    );
  }
}

const statements = [
  `ALTER TABLE "signer_key" ADD COLUMN "token" varchar(32), ADD COLUMN "token_key_id" bytea,
     ALTER COLUMN "sealed_key" DROP NOT NULL, ALTER COLUMN "wrapping_key_id" DROP NOT NULL`,
  `ALTER TABLE "signer_key" ADD CONSTRAINT "signer_key_home_check" CHECK (
    num_nulls("sealed_key", "wrapping_key_id") = CASE WHEN "token" IS NULL THEN 0 ELSE 2 END
    AND num_nulls("token", "token_key_id") IN (0, 2))`,
];
