import { isAttestation, manifestOfDeletedArtifact, neededByDeletedArtifact } from '@breakwater/artifacts';

/*
 * What keeps garbage collection away, each in one condition. A table that comes to need blobs or manifests, such as
 * that of deleted artifacts which can be restored, takes part here and nowhere else.
 */

/** An artifact `a` of which `artifacts` is true needs blob `b`, or something else than an artifact does. */
export const needsBlob = (artifacts = 'true'): string => `(${neededByDeletedArtifact} OR EXISTS (
  SELECT FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id WHERE ab.blob_id = b.id AND ${artifacts}))`;

/** Something needs blob `b`, or a project's quota counts it. */
export const blobIsReferenced = `(${needsBlob()} OR EXISTS (SELECT FROM project_blob pb WHERE pb.blob_id = b.id))`;

/** Something in its repository needs the blob of link `rb`. */
export const linkIsReferenced = `EXISTS (
  SELECT FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id
  WHERE ab.blob_id = rb.blob_id AND a.repository_id = rb.repository_id)`;

/** Something needs manifest `m`. */
export const manifestIsReferenced = `(${manifestOfDeletedArtifact}
  OR EXISTS (SELECT FROM artifact a WHERE a.digest = m.digest))`;

const hasTag = (artifact: string): string => `EXISTS (SELECT FROM tag t WHERE t.artifact_id = ${artifact}.id)`;
const isChild = (artifact: string): string =>
  `EXISTS (SELECT FROM artifact_reference f WHERE f.child_id = ${artifact}.id)`;

/**
 * Artifact `a` has no tag, is no part of an index, no accessory, and no accessory needs it: a signature of something
 * that nobody can pull any more is worth nothing. An attestation that came with an index holds nothing, and goes with the
 * image that it is about.
 */
export const artifactIsUntagged = `(NOT ${hasTag('a')} AND NOT ${isChild('a')}
  AND NOT EXISTS (
    SELECT FROM accessory c LEFT JOIN artifact s ON s.repository_id = c.repository_id AND s.digest = c.subject_digest
    WHERE c.artifact_id = a.id AND (NOT ${isAttestation} OR ${hasTag('s')} OR ${isChild('s')}))
  AND NOT EXISTS (
    SELECT FROM accessory c WHERE c.repository_id = a.repository_id AND c.subject_digest = a.digest AND NOT ${isAttestation}))`;

/** `time` lies before the window, whose seconds are the parameter. */
export const isOlderThan = (time: string, parameter: string): string =>
  `${time} <= clock_timestamp() - make_interval(secs => ${parameter})`;
