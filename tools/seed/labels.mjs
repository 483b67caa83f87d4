// Labels of every project and of each, and the artifacts that carry them. Pure.
import { PREFIX } from './content.mjs';

/** Statements by the table that they fill. @returns {[string, string][]} */
export function labelTables(first, { artifacts, projects }) {
  const ours = `a.id BETWEEN ${first.artifact} AND ${first.artifact + artifacts - 1}`;
  const isOurs = `p.id BETWEEN ${first.project} AND ${first.project + projects - 1}`;
  return [
    [
      'label',
      `INSERT INTO label (name, description, color, project_id)
       SELECT '${PREFIX}stable', 'Runs in production', '#1D5100', NULL::bigint
       UNION ALL SELECT '${PREFIX}experimental', 'Not for production', '#C92100', NULL
       UNION ALL SELECT '${PREFIX}reviewed', 'Looked at by somebody else', '#0079B8', p.id FROM project p WHERE ${isOurs}
       ON CONFLICT DO NOTHING`,
    ],
    [
      'label_reference',
      `INSERT INTO label_reference (label_id, artifact_id)
       SELECT l.id, a.id FROM artifact a JOIN label l ON l.project_id = a.project_id WHERE ${ours} AND a.id % 20 = 0
       UNION ALL SELECT l.id, a.id FROM label l, artifact a
       WHERE l.project_id IS NULL AND l.name = '${PREFIX}stable' AND ${ours} AND a.id % 50 = 0`,
    ],
  ];
}
