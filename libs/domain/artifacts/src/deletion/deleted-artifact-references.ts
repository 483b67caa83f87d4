/*
 * Conditions for garbage collection: what a deleted artifact needs is not garbage as long as it can be restored, which is
 * as long as its row is there.
 */

/** On `blob b`. */
export const neededByDeletedArtifact = `EXISTS (SELECT FROM deleted_artifact_blob d WHERE d.blob_id = b.id)`;

/** On `manifest m`. */
export const manifestOfDeletedArtifact = `EXISTS (SELECT FROM deleted_artifact d WHERE d.digest = m.digest)`;
