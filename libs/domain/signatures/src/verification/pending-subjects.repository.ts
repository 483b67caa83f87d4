import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { SubjectRef } from '../signatures.repository';
import { signatureTypes, verdictOf } from '../signing-facts.sql';

/** An artifact that was pushed, restored or deleted. */
export interface TouchedArtifact {
  artifactId: number;
  repositoryId: number;
  digest: string;
  deleted: boolean;
}

/** `dueTime`: since when. */
export interface DueSubject extends SubjectRef {
  dueTime: string;
}

const columns = `r.project_id AS "projectId", r.id AS "repositoryId"`;

/** Finds what is to be verified. */
@Injectable()
export class PendingSubjectsRepository {
  constructor(private readonly database: Database) {}

  /**
   * What these artifacts sign or signed, and those of them that are signed themselves: a signature may have come first.
   * Deleted ones count when something was announced of them, for what they list had its status from them; pushed ones when
   * Notary knew them before.
   */
  touchedBy(artifacts: readonly TouchedArtifact[]): Promise<SubjectRef[]> {
    return this.database.query<SubjectRef>(
      `WITH touched AS MATERIALIZED (
         SELECT * FROM jsonb_to_recordset($1) AS x("artifactId" bigint, "repositoryId" bigint, digest text, deleted boolean)
       ), subjects AS (
         SELECT c.repository_id, c.subject_digest AS digest FROM touched x JOIN accessory c ON c.artifact_id = x."artifactId"
           WHERE ${signatureTypes}
         UNION SELECT s.repository_id, s.subject_digest FROM touched x JOIN signature s ON s.artifact_id = x."artifactId"
         UNION SELECT c.repository_id, c.subject_digest FROM touched x
           JOIN accessory c ON c.repository_id = x."repositoryId" AND c.subject_digest = x.digest
           WHERE ${signatureTypes}
         UNION SELECT t.repository_id, t.digest FROM touched x
           JOIN signature_state t ON t.repository_id = x."repositoryId" AND t.digest = x.digest WHERE x.deleted
         UNION SELECT r.id, x.digest FROM touched x JOIN repository r ON r.id = x."repositoryId"
           JOIN trust_repository g ON g.repository = r.name
           JOIN trust_target n ON n.gun = g.gun AND n.sha256 = substr(x.digest, 8)::char(64)
           WHERE x.digest LIKE 'sha256:%' AND NOT x.deleted
       )
       SELECT ${columns}, s.digest FROM subjects s JOIN repository r ON r.id = s.repository_id`,
      [JSON.stringify(artifacts)],
    );
  }

  /** Those of these names that are there. */
  repositories(names: readonly string[]): Promise<Omit<SubjectRef, 'digest'>[]> {
    if (names.length === 0) return Promise.resolve([]);
    return this.database.query(`SELECT ${columns} FROM repository r WHERE r.name = ANY($1)`, [names]);
  }

  /** Whose verdicts time may have changed, the longest due first. */
  due(limit: number): Promise<DueSubject[]> {
    return this.database.query<DueSubject>(
      `SELECT ${columns}, d.digest, max(d.recheck_time)::text AS "dueTime"
       FROM (SELECT s.repository_id, s.subject_digest AS digest, s.recheck_time FROM signature s
             WHERE s.recheck_time <= now() ORDER BY s.recheck_time LIMIT $1) d
       JOIN repository r ON r.id = d.repository_id GROUP BY r.id, d.digest`,
      [limit],
    );
  }

  /**
   * Of the next `limit` accessories after that one: subjects with signatures that nobody has verified for minutes. They
   * were there before this version, or came without an event. `last`: null at the end.
   */
  async unverified(after: number, limit: number): Promise<{ subjects: SubjectRef[]; last: number | null }> {
    const [row] = await this.database.query<{ subjects: SubjectRef[]; last: number | null }>(
      `WITH looked AS MATERIALIZED (SELECT * FROM accessory WHERE id > $1 ORDER BY id LIMIT $2)
       SELECT (SELECT CASE WHEN count(*) = $2 THEN max(id) END FROM looked) AS last, coalesce(jsonb_agg(DISTINCT to_jsonb(found)), '[]') AS subjects
       FROM (SELECT ${columns}, c.subject_digest AS digest
             FROM looked c JOIN artifact a ON a.repository_id = c.repository_id AND a.digest = c.subject_digest
             JOIN repository r ON r.id = c.repository_id LEFT JOIN signature s ON ${verdictOf}
             WHERE ${signatureTypes} AND s.artifact_id IS NULL AND c.creation_time < now() - interval '5 minutes') found`,
      [after, limit],
    );
    return row ?? { subjects: [], last: null };
  }
}
