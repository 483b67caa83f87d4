import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tagged or no part of an index, and nobody's accessory. */
const isListed = `NOT EXISTS (SELECT FROM accessory c WHERE c.artifact_id = a.id)
  AND (EXISTS (SELECT FROM tag t WHERE t.artifact_id = a.id) OR NOT EXISTS (SELECT FROM artifact_reference f WHERE f.child_id = a.id))`;

const functions = [
  `CREATE FUNCTION artifact_relist(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH flipped AS (
      UPDATE artifact a SET listed = NOT a.listed WHERE a.id = ANY (ids) AND a.listed <> (${isListed})
      RETURNING a.repository_id, a.listed)
    UPDATE repository r SET artifact_count = r.artifact_count + f.delta
    FROM (SELECT repository_id, sum(CASE WHEN listed THEN 1 ELSE -1 END)::integer AS delta FROM flipped GROUP BY 1) f
    WHERE r.id = f.repository_id
  $$`,
  counting('artifact_count_inserted', 'inserted', '+'),
  counting('artifact_count_deleted', 'deleted', '-'),
  relisting('tag_relist_inserted', 'SELECT artifact_id FROM inserted'),
  relisting('tag_relist_deleted', 'SELECT artifact_id FROM deleted'),
  // Folded pulls touch many tags and move none.
  relisting(
    'tag_relist_moved',
    `SELECT unnest(ARRAY[b.artifact_id, n.artifact_id]) FROM deleted b JOIN inserted n USING (id)
     WHERE b.artifact_id <> n.artifact_id`,
  ),
  relisting('artifact_reference_relist_inserted', 'SELECT child_id FROM inserted'),
  relisting('artifact_reference_relist_deleted', 'SELECT child_id FROM deleted'),
  relisting('accessory_relist_inserted', 'SELECT artifact_id FROM inserted'),
  relisting('accessory_relist_deleted', 'SELECT artifact_id FROM deleted'),
];

const inserted = { event: 'INSERT', tables: 'NEW TABLE AS inserted' };
const deleted = { event: 'DELETE', tables: 'OLD TABLE AS deleted' };
const updated = { event: 'UPDATE', tables: 'OLD TABLE AS deleted NEW TABLE AS inserted' };

/** By the function that each calls. */
const triggers: Record<string, { table: string; event: string; tables: string }> = {
  artifact_count_inserted: { table: 'artifact', ...inserted },
  artifact_count_deleted: { table: 'artifact', ...deleted },
  tag_relist_inserted: { table: 'tag', ...inserted },
  tag_relist_deleted: { table: 'tag', ...deleted },
  tag_relist_moved: { table: 'tag', ...updated },
  artifact_reference_relist_inserted: { table: 'artifact_reference', ...inserted },
  artifact_reference_relist_deleted: { table: 'artifact_reference', ...deleted },
  accessory_relist_inserted: { table: 'accessory', ...inserted },
  accessory_relist_deleted: { table: 'accessory', ...deleted },
};

/**
 * Whether lists show an artifact, and how many a repository has of them, kept with the rows instead of asked of three
 * tables for each artifact of every list. Triggers keep them: replicas of the release before write the tables too
 * while an upgrade runs.
 */
export class ListedArtifacts1795392798700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "artifact" ADD "listed" boolean NOT NULL DEFAULT true`);
    await runner.query(`ALTER TABLE "repository" ADD "artifact_count" integer NOT NULL DEFAULT '0'`);
    for (const statement of functions) await runner.query(statement);
    for (const [name, { table, event, tables }] of Object.entries(triggers))
      await runner.query(
        `CREATE TRIGGER "${name}" AFTER ${event} ON "${table}" REFERENCING ${tables} FOR EACH STATEMENT EXECUTE FUNCTION ${name}()`,
      );
    // Only parts of indexes and accessories change, so most rows stay as they are.
    await runner.query(`UPDATE artifact a SET listed = false WHERE NOT (${isListed})`);
    await runner.query(
      `UPDATE repository r SET artifact_count = c.count
       FROM (SELECT repository_id, count(*) AS count FROM artifact WHERE listed GROUP BY 1) c WHERE c.repository_id = r.id`,
    );
    await runner.query(
      `CREATE INDEX "artifact_project_id_push_time_idx" ON "artifact" ("project_id", "push_time", "id") WHERE listed`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX "artifact_project_id_push_time_idx"');
    for (const [name, { table }] of Object.entries(triggers)) {
      await runner.query(`DROP TRIGGER "${name}" ON "${table}"`);
      await runner.query(`DROP FUNCTION ${name}()`);
    }
    await runner.query('DROP FUNCTION artifact_relist(bigint[])');
    await runner.query('ALTER TABLE "repository" DROP COLUMN "artifact_count"');
    await runner.query('ALTER TABLE "artifact" DROP COLUMN "listed"');
  }
}

function relisting(name: string, affected: string): string {
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE ids bigint[];
    BEGIN
      ids := ARRAY(SELECT DISTINCT * FROM (${affected}) affected);
      IF cardinality(ids) > 0 THEN PERFORM artifact_relist(ids); END IF;
      RETURN NULL;
    END $$`;
}

function counting(name: string, rows: string, sign: '+' | '-'): string {
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE repository r SET artifact_count = r.artifact_count ${sign} c.count
      FROM (SELECT repository_id, count(*) AS count FROM ${rows} WHERE listed GROUP BY 1) c
      WHERE r.id = c.repository_id;
      RETURN NULL;
    END $$`;
}
