import type { MigrationInterface, QueryRunner } from 'typeorm';
import { contentFunctions, contentTriggers, countContent } from './1795504000000-parts/content-bytes';
import { fillLists, listFunctions, listTriggers } from './1795504000000-parts/tag-lists';

const columns = [
  `ALTER TABLE "tag" ADD "listed" boolean NOT NULL DEFAULT true`,
  `ALTER TABLE "repository" ADD "tag_count" integer NOT NULL DEFAULT '0', ADD "total_bytes" bigint NOT NULL DEFAULT '0',
     ADD "unique_bytes" bigint NOT NULL DEFAULT '0'`,
  `CREATE TABLE "artifact_annotation" (
    "hash" bigint NOT NULL,
    "artifact_id" bigint NOT NULL,
    CONSTRAINT "artifact_annotation_pkey" PRIMARY KEY ("hash", "artifact_id")
  )`,
  `CREATE TABLE "repository_content" (
    "project_id" bigint NOT NULL,
    "blob_id" bigint NOT NULL,
    "repository_id" bigint NOT NULL,
    "artifacts" integer NOT NULL,
    CONSTRAINT "repository_content_pkey" PRIMARY KEY ("project_id", "blob_id", "repository_id")
  )`,
  `CREATE TABLE "project_content" (
    "project_id" bigint NOT NULL,
    "bytes" bigint NOT NULL,
    CONSTRAINT "project_content_pkey" PRIMARY KEY ("project_id"),
    CONSTRAINT "project_content_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE NO ACTION
  )`,
];

/** After the rows are filled in: one pass over each table instead of an update of its indexes for every row. */
const indexes = [
  `CREATE INDEX "tag_repository_id_push_time_idx" ON "tag" ("repository_id", "push_time", "id") WHERE listed`,
  `CREATE INDEX "tag_repository_id_pull_time_idx" ON "tag" ("repository_id", coalesce("pull_time", '-infinity'::timestamptz), "id") WHERE listed`,
  `CREATE INDEX "tag_repository_id_version_idx" ON "tag" ("repository_id", tag_version_key("name"), "id") WHERE listed`,
  `CREATE INDEX "tag_name_repository_id_idx" ON "tag" ("name", "repository_id") WHERE listed`,
  `CREATE INDEX "tag_history_repository_id_creation_time_idx" ON "tag_history" ("repository_id", "creation_time", "id")`,
  `CREATE INDEX "artifact_repository_id_size_idx" ON "artifact" ("repository_id", "size", "id")`,
  `CREATE INDEX "artifact_digest_id_idx" ON "artifact" ("digest", "id")`,
  `DROP INDEX "artifact_digest_idx"`,
  `CREATE INDEX "repository_content_repository_id_idx" ON "repository_content" ("repository_id")`,
];

const functions = { ...listFunctions, ...contentFunctions };
const triggers = { ...listTriggers, ...contentTriggers };

/** Lists by tag, search across projects, and who needs which bytes (ADR 0029). */
export class TagsSearchBytes1795504000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of columns) await runner.query(statement);
    for (const [signature, body] of Object.entries(functions))
      await runner.query(`CREATE FUNCTION ${signature} ${body}`);
    for (const statement of [...fillLists, ...countContent, ...indexes]) await runner.query(statement);
    for (const [name, { on, when }] of Object.entries(triggers))
      await runner.query(`CREATE TRIGGER "${name}" ${when} EXECUTE FUNCTION ${on}()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name, { table }] of Object.entries(triggers))
      await runner.query(`DROP TRIGGER "${name}" ON "${table}"`);
    await runner.query(`CREATE INDEX "artifact_digest_idx" ON "artifact" ("digest")`);
    for (const name of [
      'artifact_digest_id_idx',
      'artifact_repository_id_size_idx',
      'tag_history_repository_id_creation_time_idx',
      'tag_name_repository_id_idx',
      'tag_repository_id_version_idx',
      'tag_repository_id_pull_time_idx',
      'tag_repository_id_push_time_idx',
    ])
      await runner.query(`DROP INDEX "${name}"`);
    for (const signature of Object.keys(functions).reverse())
      await runner.query(`DROP FUNCTION ${signature.slice(0, signature.indexOf(' RETURNS'))}`);
    for (const table of ['artifact_annotation', 'repository_content', 'project_content'])
      await runner.query(`DROP TABLE "${table}"`);
    await runner.query(
      `ALTER TABLE "repository" DROP COLUMN "tag_count", DROP COLUMN "total_bytes", DROP COLUMN "unique_bytes"`,
    );
    await runner.query(`ALTER TABLE "tag" DROP COLUMN "listed"`);
  }
}
