// Signatures that somebody deleted, and that can be restored for a while. Pure.

/** Of the signatures one in three. */
const EVERY = 3;
const DAYS_LEFT = 90;

/** Statements by the table that they fill; to be run before anything is counted. @returns {[string, string][]} */
export function deletedTables(first, { artifacts }) {
  const deleted = `FROM artifact a JOIN accessory c ON c.artifact_id = a.id
    WHERE a.id BETWEEN ${first.artifact} AND ${first.artifact + artifacts - 1}
      AND c.type = 'signature.cosign' AND c.id % ${EVERY} = 0`;
  const columns = `id, project_id, digest, type, media_type, manifest_media_type, artifact_type, size, manifest_size,
    subject_digest, annotations, extra_attrs, push_time`;
  const qualified = columns.split(',').map((column) => `a.${column.trim()}`);
  return [
    [
      'deleted_artifact',
      `INSERT INTO deleted_artifact (${columns}, repository_name, tags, children, subjects, actor, delete_time, purge_time)
       SELECT ${qualified.join(', ')}, (SELECT name FROM repository r WHERE r.id = a.repository_id), '[]', '[]',
         jsonb_build_array(jsonb_build_object('digest', c.subject_digest, 'type', c.type, 'source', c.source, 'creationTime', c.creation_time)),
         'admin', now() - make_interval(mins => (a.id % 10000)::int), now() + make_interval(days => ${DAYS_LEFT})
       ${deleted}`,
    ],
    [
      'deleted blobs',
      `INSERT INTO deleted_artifact_blob (deleted_artifact_id, blob_id)
       SELECT ab.artifact_id, ab.blob_id FROM artifact_blob ab WHERE ab.artifact_id IN (SELECT a.id ${deleted})`,
    ],
    // In this order: the trigger that counts looks at the blobs of what goes.
    ...['artifact', 'artifact_blob', 'accessory'].map((table) => [
      `${table} deleted`,
      `DELETE FROM ${table} WHERE ${table === 'artifact' ? 'id' : 'artifact_id'} IN (SELECT id FROM deleted_artifact
         WHERE id BETWEEN ${first.artifact} AND ${first.artifact + artifacts - 1})`,
    ]),
  ];
}
