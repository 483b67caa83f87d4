import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface ReferrerRow {
  digest: string;
  mediaType: string;
  size: number;
  artifactType: string;
  annotations: Record<string, string>;
  /** Whether there are rows after it. */
  more: boolean;
}

@Injectable()
export class ReferrersRepository {
  constructor(private readonly database: Database) {}

  /**
   * Artifacts of the repository whose subject is `subject`, by digest, after `last`: until there are `limit`, or their
   * manifests, which hold the annotations, make up `weight` bytes. At least one, if there is any.
   */
  list(
    repository: string,
    subject: string,
    page: { artifactType?: string; last?: string; limit: number; weight: number },
  ): Promise<ReferrerRow[]> {
    return this.database.query<ReferrerRow>(
      `SELECT a.digest, a.manifest_media_type AS "mediaType", a.manifest_size AS size, a.artifact_type AS "artifactType", a.annotations, p.more
       FROM (SELECT id, digest, sum(manifest_size) OVER (ORDER BY digest) - manifest_size AS before,
                    lead(id) OVER (ORDER BY digest) IS NOT NULL AS more
             FROM (SELECT a.id, a.digest, a.manifest_size FROM repository r JOIN artifact a ON a.repository_id = r.id
                   WHERE r.name = $1 AND a.subject_digest = $2 AND a.digest > $3 AND ($4::text IS NULL OR a.artifact_type = $4)
                   ORDER BY a.digest LIMIT $5 + 1) listed) p
       JOIN artifact a ON a.id = p.id
       WHERE p.before < $6 ORDER BY a.digest LIMIT $5`,
      [repository, subject, page.last ?? '', page.artifactType ?? null, page.limit, page.weight],
    );
  }
}
