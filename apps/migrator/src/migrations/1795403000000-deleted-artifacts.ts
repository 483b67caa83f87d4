import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deleted artifacts that can be restored for a while (ADR 0022). */
export class DeletedArtifacts1795403000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...tables, ...indexesAndForeignKeys]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['deleted_artifact_blob', 'deleted_artifact']) await runner.query(`DROP TABLE "${table}"`);
  }
}

const tables = [
  `CREATE TABLE "deleted_artifact" (
    "id" bigint NOT NULL,
    "project_id" bigint NOT NULL,
    "repository_name" varchar(255) COLLATE "C" NOT NULL,
    "digest" varchar(160) COLLATE "C" NOT NULL,
    "type" text NOT NULL,
    "media_type" text NOT NULL,
    "manifest_media_type" text NOT NULL,
    "artifact_type" text NOT NULL DEFAULT '',
    "size" bigint NOT NULL,
    "manifest_size" integer NOT NULL,
    "subject_digest" varchar(160) COLLATE "C",
    "annotations" jsonb NOT NULL DEFAULT '{}',
    "extra_attrs" jsonb NOT NULL DEFAULT '{}',
    "push_time" timestamptz NOT NULL,
    "pull_time" timestamptz,
    "tags" jsonb NOT NULL,
    "children" jsonb NOT NULL,
    "subjects" jsonb NOT NULL,
    "actor" varchar(512) NOT NULL,
    "delete_time" timestamptz NOT NULL DEFAULT now(),
    "purge_time" timestamptz NOT NULL,
    CONSTRAINT "deleted_artifact_pkey" PRIMARY KEY ("id")
  )`,
  `CREATE TABLE "deleted_artifact_blob" (
    "deleted_artifact_id" bigint NOT NULL,
    "blob_id" bigint NOT NULL,
    CONSTRAINT "deleted_artifact_blob_pkey" PRIMARY KEY ("deleted_artifact_id", "blob_id")
  )`,
];

const indexesAndForeignKeys = [
  `CREATE UNIQUE INDEX "deleted_artifact_repository_name_digest_key" ON "deleted_artifact" ("repository_name", "digest")`,
  `CREATE INDEX "deleted_artifact_accessories_idx" ON "deleted_artifact" ("repository_name") WHERE subjects <> '[]'`,
  `CREATE INDEX "deleted_artifact_digest_idx" ON "deleted_artifact" ("digest")`,
  `CREATE INDEX "deleted_artifact_project_id_delete_time_idx" ON "deleted_artifact" ("project_id", "delete_time", "id")`,
  `CREATE INDEX "deleted_artifact_purge_time_idx" ON "deleted_artifact" ("purge_time")`,
  `CREATE INDEX "deleted_artifact_blob_blob_id_idx" ON "deleted_artifact_blob" ("blob_id")`,
  `ALTER TABLE "deleted_artifact" ADD CONSTRAINT "deleted_artifact_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
  `ALTER TABLE "deleted_artifact" ADD CONSTRAINT "deleted_artifact_digest_fkey" FOREIGN KEY ("digest") REFERENCES "manifest"("digest") ON DELETE NO ACTION ON UPDATE NO ACTION`,
  `ALTER TABLE "deleted_artifact_blob" ADD CONSTRAINT "deleted_artifact_blob_deleted_artifact_id_fkey" FOREIGN KEY ("deleted_artifact_id") REFERENCES "deleted_artifact"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
  `ALTER TABLE "deleted_artifact_blob" ADD CONSTRAINT "deleted_artifact_blob_blob_id_fkey" FOREIGN KEY ("blob_id") REFERENCES "blob"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
];
