import { deleted, inserted, type Trigger } from './tag-lists';

/*
 * Who needs which bytes, of what is not deleted: the blobs that a repository's artifacts name (`repository_content`), the
 * bytes of a repository and those that no other repository of its project needs, and the bytes of a project. All changes
 * of a project's artifacts wait for its lock, so that these figures are exact.
 */

/**
 * Counts for `item`: of a project something of some bytes, that the repositories `changed` have now and had not
 * (direction 1) or had and have no more (-1), and one or two of the `others` that have it before and after.
 */
const count = (direction: 1 | -1): string => `
  moved AS (
    SELECT unnest(i.changed) AS repository_id, i.bytes AS total,
      CASE WHEN cardinality(i.changed) = 1 AND cardinality(i.others) = 0 THEN i.bytes ELSE 0 END AS sole FROM item i
    UNION ALL SELECT i.others[1], 0, -i.bytes FROM item i WHERE cardinality(i.others) = 1),
  counted AS (
    UPDATE repository r SET total_bytes = r.total_bytes + ${direction} * m.total, unique_bytes = r.unique_bytes + ${direction} * m.sole
    FROM (SELECT repository_id, sum(total)::bigint AS total, sum(sole)::bigint AS sole FROM moved GROUP BY 1) m
    WHERE r.id = m.repository_id)
  INSERT INTO project_content AS p (project_id, bytes)
  SELECT i.project_id, ${direction} * sum(i.bytes)::bigint FROM item i
  WHERE cardinality(i.others) = 0 AND EXISTS (SELECT FROM project WHERE id = i.project_id) GROUP BY 1
  ON CONFLICT (project_id) DO UPDATE SET bytes = p.bytes + EXCLUDED.bytes;`;

/** On a row `c` with a project, a blob and the repositories that changed. A statement does not see its own changes. */
const blobItems = (changed: string): string => `
  item AS (
    SELECT c.project_id, b.size AS bytes, c.changed,
      ARRAY(SELECT u.repository_id FROM repository_content u
            WHERE u.project_id = c.project_id AND u.blob_id = c.blob_id AND u.repository_id <> ALL (c.changed) LIMIT 2) AS others
    FROM (SELECT project_id, blob_id, array_agg(repository_id) AS changed FROM ${changed} GROUP BY 1, 2) c
    JOIN blob b ON b.id = c.blob_id),`;

/** A repository has a manifest once. */
const manifestItems = (changed: string): string => `
  item AS (
    SELECT c.project_id, c.bytes, c.changed,
      ARRAY(SELECT o.repository_id FROM artifact o
            WHERE o.project_id = c.project_id AND o.digest = c.digest AND o.repository_id <> ALL (c.changed) LIMIT 2) AS others
    FROM (SELECT project_id, digest, max(manifest_size)::bigint AS bytes, array_agg(repository_id) AS changed FROM ${changed} GROUP BY 1, 2) c),`;

const returning = (result: 'NULL' | 'OLD', statements: string): string => `LANGUAGE plpgsql AS $$
  BEGIN
    ${statements}
    RETURN ${result};
  END $$`;

/** By name and arguments. */
export const contentFunctions: Record<string, string> = {
  'artifact_blob_content_inserted() RETURNS trigger': returning(
    'NULL',
    `WITH held AS (
       SELECT a.project_id, i.blob_id, a.repository_id, count(*) AS artifacts
       FROM inserted i JOIN artifact a ON a.id = i.artifact_id GROUP BY 1, 2, 3),
     added AS (
       INSERT INTO repository_content AS u (project_id, blob_id, repository_id, artifacts) SELECT * FROM held
       ON CONFLICT (project_id, blob_id, repository_id) DO UPDATE SET artifacts = u.artifacts + EXCLUDED.artifacts),
     fresh AS (
       SELECT h.* FROM held h LEFT JOIN repository_content u USING (project_id, blob_id, repository_id) WHERE u.blob_id IS NULL),
     ${blobItems('fresh')} ${count(1)}`,
  ),
  // Row by row and before, for the artifact's blobs go with it; those of a repository that goes are counted at once below.
  'artifact_content_leaving() RETURNS trigger': returning(
    'OLD',
    `IF NOT EXISTS (SELECT FROM repository WHERE id = OLD.repository_id) THEN RETURN OLD; END IF;
     WITH held AS (
       SELECT u.project_id, u.blob_id, u.repository_id, u.artifacts FROM artifact_blob ab JOIN repository_content u
         ON u.project_id = OLD.project_id AND u.blob_id = ab.blob_id AND u.repository_id = OLD.repository_id
       WHERE ab.artifact_id = OLD.id),
     less AS (
       UPDATE repository_content u SET artifacts = u.artifacts - 1 FROM held h WHERE h.artifacts > 1
         AND u.project_id = h.project_id AND u.blob_id = h.blob_id AND u.repository_id = h.repository_id),
     gone AS (
       DELETE FROM repository_content u USING held h WHERE h.artifacts = 1
         AND u.project_id = h.project_id AND u.blob_id = h.blob_id AND u.repository_id = h.repository_id
       RETURNING u.project_id, u.blob_id, u.repository_id),
     ${blobItems('gone')} ${count(-1)}`,
  ),
  'repository_content_deleted() RETURNS trigger': returning(
    'NULL',
    `WITH gone AS (
       DELETE FROM repository_content u USING deleted d WHERE u.repository_id = d.id
       RETURNING u.project_id, u.blob_id, u.repository_id),
     ${blobItems('gone')} ${count(-1)}`,
  ),
  'artifact_content_inserted() RETURNS trigger': returning('NULL', `WITH ${manifestItems('inserted')} ${count(1)}`),
  'artifact_content_deleted() RETURNS trigger': returning('NULL', `WITH ${manifestItems('deleted')} ${count(-1)}`),
};

export const contentTriggers: Record<string, Trigger> = {
  artifact_blob_content_inserted: {
    on: 'artifact_blob_content_inserted',
    table: 'artifact_blob',
    when: inserted('artifact_blob'),
  },
  artifact_content_leaving: {
    on: 'artifact_content_leaving',
    table: 'artifact',
    when: 'BEFORE DELETE ON "artifact" FOR EACH ROW',
  },
  artifact_content_inserted: { on: 'artifact_content_inserted', table: 'artifact', when: inserted('artifact') },
  artifact_content_deleted: { on: 'artifact_content_deleted', table: 'artifact', when: deleted('artifact') },
  repository_content_deleted: { on: 'repository_content_deleted', table: 'repository', when: deleted('repository') },
};

/** Everything that a repository holds, whether it is the only one of its project, and whether it is the first of them. */
const held = `
  SELECT u.project_id, u.repository_id, b.size AS bytes, count(*) OVER same = 1 AS sole, row_number() OVER same AS number
  FROM repository_content u JOIN blob b ON b.id = u.blob_id WINDOW same AS (PARTITION BY u.project_id, u.blob_id)
  UNION ALL
  SELECT a.project_id, a.repository_id, a.manifest_size, count(*) OVER same = 1, row_number() OVER same
  FROM artifact a WINDOW same AS (PARTITION BY a.project_id, a.digest)`;

export const countContent = [
  `INSERT INTO repository_content (project_id, blob_id, repository_id, artifacts)
   SELECT a.project_id, ab.blob_id, a.repository_id, count(*) FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id GROUP BY 1, 2, 3`,
  `UPDATE repository r SET total_bytes = h.total, unique_bytes = h.sole
   FROM (SELECT repository_id, sum(bytes)::bigint AS total, coalesce(sum(bytes) FILTER (WHERE sole), 0)::bigint AS sole
         FROM (${held}) h GROUP BY 1) h WHERE h.repository_id = r.id`,
  `INSERT INTO project_content (project_id, bytes)
   SELECT project_id, sum(bytes)::bigint FROM (${held}) h WHERE number = 1 GROUP BY 1`,
];
