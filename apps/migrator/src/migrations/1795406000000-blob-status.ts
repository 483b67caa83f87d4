import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Blobs that are told of are updated with every push: without an index on what changes, and with room on the page, such
 * an update touches no index. Those that are not live are few, and have an index of their own.
 */
export class BlobStatus1795406000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX "blob_status_idx"');
    await runner.query(`CREATE INDEX "blob_not_live_idx" ON "blob" ("id") WHERE status <> 'none'`);
    await runner.query('ALTER TABLE "blob" SET (fillfactor = 85)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "blob" RESET (fillfactor)');
    await runner.query('DROP INDEX "blob_not_live_idx"');
    await runner.query('CREATE INDEX "blob_status_idx" ON "blob" ("status", "update_time")');
  }
}
