import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What garbage collection removed lately, for pushes of the same digest to find (ADR 0021). */
export class BlobRemovals1795402000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "blob_removal" (
      "digest" character varying(160) COLLATE "C" NOT NULL,
      "removal" uuid NOT NULL,
      "time" timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT "blob_removal_pkey" PRIMARY KEY ("digest")
    )`);
    await runner.query('CREATE INDEX "blob_removal_time_idx" ON "blob_removal" ("time")');
    // Volatile, so that its query sees what was committed until now, not only until the calling statement began.
    await runner.query(`CREATE FUNCTION blob_assert_kept(name varchar, seen uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
      BEGIN
        IF (SELECT removal FROM blob_removal WHERE digest = name) IS DISTINCT FROM seen THEN
          RAISE EXCEPTION 'blob % was removed meanwhile', name USING ERRCODE = 'BW001';
        END IF;
        RETURN true;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION blob_assert_kept(varchar, uuid)');
    await runner.query('DROP TABLE "blob_removal"');
  }
}
