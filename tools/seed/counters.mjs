// What triggers keep while people push (ADR 0029, "listed" of artifacts), filled in at once instead of row by row. Pure.

/** Annotations of one artifact that can be searched for, as the trigger has it. */
const SEARCHED_ANNOTATIONS = 64;

const isAccessory = (id) => `EXISTS (SELECT FROM accessory c WHERE c.artifact_id = ${id})`;

/** Everything that a repository holds, whether it is the only one of its project, and whether it is the first of them. */
const held = (isOurs) => `
  SELECT u.project_id, u.repository_id, b.size AS bytes, count(*) OVER same = 1 AS sole, row_number() OVER same AS number
  FROM repository_content u JOIN blob b ON b.id = u.blob_id WHERE ${isOurs('u.project_id')}
  WINDOW same AS (PARTITION BY u.project_id, u.blob_id)
  UNION ALL
  SELECT a.project_id, a.repository_id, a.manifest_size, count(*) OVER same = 1, row_number() OVER same
  FROM artifact a WHERE ${isOurs('a.project_id')} WINDOW same AS (PARTITION BY a.project_id, a.digest)`;

/** Statements by what they fill, for the seeded projects; nothing of theirs is counted yet. @returns {[string, string][]} */
export function counters({ project, repository }, { projects, repositories }) {
  const isOurs = (column) => `${column} BETWEEN ${project} AND ${project + projects - 1}`;
  const repositoryIsOurs = (column) => `${column} BETWEEN ${repository} AND ${repository + repositories - 1}`;
  return [
    [
      'artifact.listed',
      `UPDATE artifact a SET listed = false WHERE ${isOurs('a.project_id')} AND (${isAccessory('a.id')}
         OR EXISTS (SELECT FROM artifact_reference f WHERE f.child_id = a.id) AND NOT EXISTS (SELECT FROM tag t WHERE t.artifact_id = a.id))`,
    ],
    [
      'tag.listed',
      `UPDATE tag t SET listed = false WHERE ${repositoryIsOurs('t.repository_id')} AND ${isAccessory('t.artifact_id')}`,
    ],
    [
      'artifact_annotation',
      `INSERT INTO artifact_annotation (hash, artifact_id)
       SELECT annotation_hash(e.key, e.value), a.id
       FROM artifact a CROSS JOIN LATERAL (SELECT * FROM jsonb_each_text(a.annotations) LIMIT ${SEARCHED_ANNOTATIONS}) e
       WHERE ${isOurs('a.project_id')} ORDER BY 1 ON CONFLICT DO NOTHING`,
    ],
    [
      'repository_content',
      `INSERT INTO repository_content (project_id, blob_id, repository_id, artifacts)
       SELECT a.project_id, ab.blob_id, a.repository_id, count(*)
       FROM artifact a JOIN artifact_blob ab ON ab.artifact_id = a.id WHERE ${isOurs('a.project_id')} GROUP BY 1, 2, 3`,
    ],
    [
      'counted repositories',
      `UPDATE repository r SET total_bytes = coalesce(h.total, 0), unique_bytes = coalesce(h.sole, 0),
         artifact_count = coalesce(a.count, 0), tag_count = coalesce(t.count, 0)
       FROM repository x
       LEFT JOIN (SELECT repository_id, sum(bytes)::bigint AS total, coalesce(sum(bytes) FILTER (WHERE sole), 0)::bigint AS sole
                  FROM (${held(isOurs)}) h GROUP BY 1) h ON h.repository_id = x.id
       LEFT JOIN (SELECT repository_id, count(*) FROM artifact WHERE listed AND ${isOurs('project_id')} GROUP BY 1) a ON a.repository_id = x.id
       LEFT JOIN (SELECT repository_id, count(*) FROM tag WHERE listed AND ${repositoryIsOurs('repository_id')} GROUP BY 1) t ON t.repository_id = x.id
       WHERE x.id = r.id AND ${isOurs('x.project_id')}`,
    ],
    [
      'project_content',
      `INSERT INTO project_content (project_id, bytes)
       SELECT project_id, sum(bytes)::bigint FROM (${held(isOurs)}) h WHERE number = 1 GROUP BY 1`,
    ],
  ];
}
