import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Leases under which replicas answer from their caches (ADR 0013). */
export class CacheLease1795310000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "cache_lease" (
      "replica" uuid NOT NULL,
      "renewal_time" timestamptz NOT NULL,
      "expiry_time" timestamptz NOT NULL,
      CONSTRAINT "cache_lease_pkey" PRIMARY KEY ("replica")
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "cache_lease"');
  }
}
