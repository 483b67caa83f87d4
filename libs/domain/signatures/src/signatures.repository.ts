import type { SignatureVerdict, SignedSubject } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { signatureTypes, verdictOf } from './signing-facts.sql';

/** A repository whose signatures are looked at. */
export interface AnnouncedRepository {
  id: number;
  projectId: number;
  name: string;
}

export interface SubjectRow extends SignedSubject {
  repositoryId: number;
}

/** An artifact that is said to hold signatures of a subject. */
export interface SignatureArtifact {
  artifactId: number;
  digest: string;
  system: 'notation' | 'cosign';
}

export interface VerifiedSignature {
  artifactId: number;
  position: number;
  verdict: SignatureVerdict;
}

export interface SignatureBlob {
  digest: string;
  size: number;
  storageKey: string | null;
}

/** A digest of a repository whose signatures are to be looked at. */
export interface SubjectRef {
  projectId: number;
  repositoryId: number;
  digest: string;
}

/** The artifact and the verdicts on its signatures. */
@Injectable()
export class SignaturesRepository {
  constructor(private readonly database: Database) {}

  /** Undefined: it is not there. */
  async repository(nameOrId: string | number): Promise<AnnouncedRepository | undefined> {
    const column = typeof nameOrId === 'number' ? 'id' : 'name';
    const [row] = await this.database.query<AnnouncedRepository>(
      `SELECT id, project_id AS "projectId", name FROM repository WHERE ${column} = $1`,
      [nameOrId],
    );
    return row;
  }

  /** Undefined: it is not there. */
  async subject(repositoryId: number, digest: string): Promise<SubjectRow | undefined> {
    const [row] = await this.database.query<SubjectRow>(
      `SELECT a.repository_id AS "repositoryId", a.digest, a.manifest_media_type AS "mediaType", a.manifest_size AS size
       FROM artifact a WHERE a.repository_id = $1 AND a.digest = $2`,
      [repositoryId, digest],
    );
    return row;
  }

  /** In the order in which they came. */
  signaturesOf({ repositoryId, digest }: SubjectRow): Promise<SignatureArtifact[]> {
    return this.database.query<SignatureArtifact>(
      `SELECT x.id AS "artifactId", x.digest, replace(c.type, 'signature.', '') AS system
       FROM accessory c JOIN artifact x ON x.id = c.artifact_id
       WHERE c.repository_id = $1 AND c.subject_digest = $2 AND ${signatureTypes} ORDER BY c.id`,
      [repositoryId, digest],
    );
  }

  /** Undefined: it has gone meanwhile. */
  async manifest(artifactId: number): Promise<Buffer | undefined> {
    const [row] = await this.database.query<{ payload: Buffer }>(
      'SELECT m.payload FROM artifact x JOIN manifest m ON m.digest = x.digest WHERE x.id = $1',
      [artifactId],
    );
    return row?.payload;
  }

  /** Of the artifact's own blobs alone. */
  async blob(artifactId: number, digest: string): Promise<SignatureBlob | undefined> {
    const [row] = await this.database.query<SignatureBlob>(
      `SELECT b.digest, b.size, b.storage_key AS "storageKey" FROM blob b JOIN artifact_blob l ON l.blob_id = b.id
       WHERE l.artifact_id = $1 AND b.digest = $2 AND b.status = 'none'`,
      [artifactId, digest],
    );
    return row;
  }

  /** These, in place of all that is known of the subject. What a newer policy said of one stays. */
  async replace(
    { repositoryId, digest }: Pick<SubjectRow, 'repositoryId' | 'digest'>,
    signatures: readonly VerifiedSignature[],
    { policyVersion, verifiedTime }: { policyVersion: number; verifiedTime: Date },
  ): Promise<void> {
    const rows = JSON.stringify(signatures.map(toRow));
    await this.database.query(
      `DELETE FROM signature s WHERE s.repository_id = $1 AND s.subject_digest = $2 AND NOT EXISTS (
         SELECT FROM jsonb_to_recordset($3) AS kept(artifact_id bigint, position int)
         WHERE kept.artifact_id = s.artifact_id AND kept.position = s.position)`,
      [repositoryId, digest, rows],
    );
    await this.database.query(
      `INSERT INTO signature (repository_id, subject_digest, artifact_id, position, system, status, trusted_by, verdict,
                              policy_version, verified_time, recheck_time)
       SELECT $1, $2, x.artifact_id, x.position, x.system, x.status, x.trusted_by, x.verdict, $4, $5, x.recheck_time
       FROM jsonb_to_recordset($3) AS x(artifact_id bigint, position int, system text, status text, trusted_by jsonb,
                                        verdict jsonb, recheck_time timestamptz)
       ON CONFLICT (repository_id, subject_digest, artifact_id, position) DO UPDATE
       SET system = excluded.system, status = excluded.status, trusted_by = excluded.trusted_by, verdict = excluded.verdict,
           policy_version = excluded.policy_version, verified_time = excluded.verified_time, recheck_time = excluded.recheck_time
       WHERE signature.policy_version <= excluded.policy_version`,
      [repositoryId, digest, rows, policyVersion, verifiedTime],
    );
  }

  /** Digests of the repository, after that one, with a signature whose verdict is of an older policy, due, or missing. */
  async outdated(repositoryId: number, verdictVersion: number, after: string, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ digest: string }>(
      `SELECT DISTINCT c.subject_digest AS digest
       FROM accessory c JOIN artifact a ON a.repository_id = c.repository_id AND a.digest = c.subject_digest
       LEFT JOIN signature s ON ${verdictOf}
       WHERE c.repository_id = $1 AND ${signatureTypes} AND c.subject_digest > $3
         AND (s.artifact_id IS NULL OR s.policy_version < $2 OR s.recheck_time <= now())
       ORDER BY 1 LIMIT $4`,
      [repositoryId, verdictVersion, after, limit],
    );
    return rows.map(({ digest }) => digest);
  }

  /** Repositories of the project, after that one, of which anybody signed anything. */
  async signedRepositories(projectId: number, after: number, limit: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      `SELECT r.id FROM repository r WHERE r.project_id = $1 AND r.id > $2
         AND (EXISTS (SELECT FROM accessory c WHERE c.repository_id = r.id AND ${signatureTypes})
              OR EXISTS (SELECT FROM signature_state t WHERE t.repository_id = r.id)
              OR EXISTS (SELECT FROM trust_repository g WHERE g.repository = r.name))
       ORDER BY r.id LIMIT $3`,
      [projectId, after, limit],
    );
    return rows.map(({ id }) => id);
  }
}

function toRow({ artifactId, position, verdict }: VerifiedSignature): Record<string, unknown> {
  const { system, status, trustedBy, recheckAt } = verdict;
  return {
    artifact_id: artifactId,
    position,
    system,
    status,
    trusted_by: trustedBy,
    verdict,
    recheck_time: recheckAt ?? null,
  };
}
