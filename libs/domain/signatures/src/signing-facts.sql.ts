/** Accessories that are, or may be, signatures: what Cosign calls a bundle may be an attestation as well. */
export const signatureTypes = `c.type IN ('signature.notation', 'signature.cosign')`;

/** A row of `signature s` counts with its row of `accessory c` alone. */
export const verdictOf = `s.repository_id = c.repository_id AND s.subject_digest = c.subject_digest AND s.artifact_id = c.artifact_id`;

/** Indexes that list a digest are looked at from the newest: an image that every nightly index lists has thousands. */
const mostParents = 100;
/** Tags that Notary names for one digest. */
const mostTags = 1_000;

/**
 * `SigningFacts` of `artifact a`, as an SQL expression for lists: JSON, in one look at few rows of few indexes. `tag`: an
 * expression of the tag that is asked about; without it, all that Notary names for the digest.
 */
export function signingFacts(tag?: string): string {
  const own = tag === undefined ? '' : 'AND d.digest <> a.digest';
  const asked = tag === undefined ? '' : `UNION SELECT ${tag}`;
  return `(
    WITH parents AS (
      SELECT p.digest FROM artifact_reference f JOIN artifact p ON p.id = f.parent_id
      WHERE f.child_id = a.id ORDER BY p.id DESC LIMIT ${mostParents}
    ), digests AS (SELECT a.digest UNION SELECT digest FROM parents),
    guns AS (
      SELECT g.gun, g.root_key_ids FROM trust_repository g JOIN repository named ON named.name = g.repository
      WHERE named.id = a.repository_id
    )
    SELECT jsonb_build_object(
      'digest', a.digest,
      'parents', (SELECT coalesce(jsonb_agg(p.digest), '[]') FROM parents p),
      'signatures', (
        SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object(
          'of', c.subject_digest,
          'system', coalesce(s.system, replace(c.type, 'signature.', '')),
          'status', s.status,
          'trustedBy', s.trusted_by,
          'policyVersion', s.policy_version,
          'due', coalesce(s.recheck_time <= now(), false),
          'recheckTime', s.recheck_time)), '[]')
        FROM digests d
        JOIN accessory c ON c.repository_id = a.repository_id AND c.subject_digest = d.digest AND ${signatureTypes}
        LEFT JOIN signature s ON ${verdictOf}),
      'notary', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'gun', g.gun, 'rootKeyIds', g.root_key_ids, 'role', n.role, 'tag', n.name, 'sha256', n.sha256,
          'keyIds', n.key_ids, 'expiryTime', n.expiry_time) ORDER BY g.gun, n.name, n.role), '[]')
        FROM guns g JOIN trust_target n ON n.gun = g.gun
        WHERE n.name IN (
          (SELECT m.name FROM digests d JOIN trust_target m ON m.sha256 = substr(d.digest, 8)::char(64)
           WHERE d.digest LIKE 'sha256:%' ${own} AND m.gun IN (SELECT gun FROM guns) LIMIT ${mostTags})
          ${asked}))))`;
}

/**
 * `MoveFacts` of `tag_history h`, as an SQL expression for lists: what there is to know of both digests as that tag's, and
 * whether it was told that a signed tag was replaced.
 */
export function moveFacts(): string {
  const of = (digest: string): string =>
    `(SELECT ${signingFacts('h.name')} FROM artifact a WHERE a.repository_id = h.repository_id AND a.digest = ${digest})`;
  return `jsonb_build_object('digest', ${of('h.new_digest')}, 'previous', ${of('h.old_digest')}, 'replaced', EXISTS (
    SELECT FROM signed_tag_move m WHERE m.move_id = h.id AND m.announced_time IS NOT NULL))`;
}
