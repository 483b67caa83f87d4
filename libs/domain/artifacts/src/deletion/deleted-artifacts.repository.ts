import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { RepositoryRow } from '../repository/repositories.repository';

/** A deleted artifact on its way back or out. */
export interface DeletedArtifactRow {
  id: number;
  projectId: number;
  repositoryName: string;
  digest: string;
  artifactType: string;
  tags: string[];
}

export interface RestorableArtifact extends DeletedArtifactRow {
  /** Children of the index that are neither in the repository nor among what was deleted from it. */
  missing: string[];
}

const row = `d.id, d.project_id AS "projectId", d.repository_name AS "repositoryName", d.digest, d.artifact_type AS "artifactType",
  ARRAY(SELECT t ->> 'name' FROM jsonb_array_elements(d.tags) t) AS tags`;

/** What artifact and deleted_artifact both have. */
const shared = `id, project_id, digest, type, media_type, manifest_media_type, artifact_type, size, manifest_size, subject_digest,
  annotations, extra_attrs, icon, push_time, pull_time`;

const list = (select: string): string => `(SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM (${select}) i)`;

const tags = list(
  `SELECT t.name, t.push_time AS "pushTime", t.pull_time AS "pullTime" FROM tag t WHERE t.artifact_id = a.id ORDER BY t.name`,
);
const children = list(
  `SELECT f.child_digest AS digest, f.platform, f.urls, f.annotations FROM artifact_reference f WHERE f.parent_id = a.id ORDER BY f.child_id`,
);
const subjects = list(
  `SELECT c.subject_digest AS digest, c.type, c.source, c.creation_time AS "creationTime" FROM accessory c WHERE c.artifact_id = a.id ORDER BY c.id`,
);

const labels = `(SELECT coalesce(jsonb_agg(l.label_id ORDER BY l.label_id), '[]') FROM label_reference l WHERE l.artifact_id = a.id)`;

/** In repository $2. */
const isThere = (digest: string): string =>
  `EXISTS (SELECT FROM repository r JOIN artifact a ON a.repository_id = r.id WHERE r.name = $2 AND a.digest = ${digest})`;

/** Call these under the project's quota lock only. */
@Injectable()
export class DeletedArtifactsRepository {
  constructor(private readonly database: Database) {}

  /** Writes down artifacts of the repository with all that hangs on them, before their own rows go. */
  async keep(repository: RepositoryRow, ids: number[], options: { days: number; actor: string }): Promise<void> {
    await this.database.query(
      `INSERT INTO deleted_artifact (${shared}, repository_name, tags, children, subjects, labels, actor, purge_time)
       SELECT ${shared}, $2, ${tags}, ${children}, ${subjects}, ${labels}, $3, now() + make_interval(days => $4)
       FROM artifact a WHERE a.id = ANY($1)`,
      [ids, repository.name, options.actor, options.days],
    );
    await this.database.query(
      'INSERT INTO deleted_artifact_blob (deleted_artifact_id, blob_id) SELECT artifact_id, blob_id FROM artifact_blob WHERE artifact_id = ANY($1)',
      [ids],
    );
  }

  /**
   * The deleted artifact of that digest, and what comes back with it: children that its index needs and accessories that
   * were deleted with it or after it, and theirs in turn. What is in the repository again is left out.
   */
  findWithParts(projectId: number, repository: string, digest: string): Promise<RestorableArtifact[]> {
    return this.database.query<RestorableArtifact>(
      `WITH RECURSIVE wanted AS (
         SELECT d.id, d.digest, d.delete_time, d.children FROM deleted_artifact d
         WHERE d.project_id = $1 AND d.repository_name = $2 AND d.digest = $3 AND NOT ${isThere('d.digest')}
         UNION
         SELECT p.id, p.digest, p.delete_time, p.children FROM wanted w CROSS JOIN LATERAL (
           SELECT d.* FROM jsonb_array_elements(w.children) c JOIN deleted_artifact d ON d.repository_name = $2 AND d.digest = c ->> 'digest'
           UNION ALL
           SELECT d.* FROM deleted_artifact d WHERE d.repository_name = $2 AND d.subjects <> '[]' AND d.delete_time >= w.delete_time
             AND d.subjects @> jsonb_build_array(jsonb_build_object('digest', w.digest))) p
         WHERE NOT ${isThere('p.digest')})
       SELECT ${row}, ARRAY(
           SELECT c ->> 'digest' FROM jsonb_array_elements(d.children) c WHERE NOT ${isThere("c ->> 'digest'")}
             AND NOT EXISTS (SELECT FROM deleted_artifact o WHERE o.repository_name = $2 AND o.digest = c ->> 'digest'))
         AS missing
       FROM wanted w JOIN deleted_artifact d ON d.id = w.id ORDER BY d.digest <> $3, d.id`,
      [projectId, repository, digest],
    );
  }

  /**
   * Keeps their blobs live until the transaction ends, in the order of every push. False when one is
   * being removed or is gone; as long as the artifacts are kept, garbage collection leaves them alone.
   */
  async lockBlobs(ids: number[]): Promise<boolean> {
    const [counts] = await this.database.query<{ wanted: number; locked: number }>(
      `WITH wanted AS (SELECT DISTINCT blob_id FROM deleted_artifact_blob WHERE deleted_artifact_id = ANY($1)),
       locked AS (
         SELECT b.id FROM blob b JOIN wanted w ON w.blob_id = b.id WHERE b.status = 'none'
         ORDER BY b.id FOR NO KEY UPDATE OF b),
       live AS (
         UPDATE blob b SET version = b.version + 1, update_time = now()
         FROM locked WHERE b.id = locked.id RETURNING b.id)
       SELECT (SELECT count(*) FROM wanted)::int AS wanted, (SELECT count(*) FROM live)::int AS locked`,
      [ids],
    );
    return counts !== undefined && counts.wanted === counts.locked;
  }

  /**
   * Puts the artifacts back into the repository with their blobs, children and subjects, and counts the blobs. Answers the
   * bytes that the project did not reference while they were deleted: none, for what is kept stays counted.
   */
  async putBack(repository: RepositoryRow, ids: number[]): Promise<number> {
    await this.database.query(
      `INSERT INTO artifact (repository_id, ${shared}) SELECT $2, ${shared} FROM deleted_artifact WHERE id = ANY($1)`,
      [ids, repository.id],
    );
    await this.database.query(
      `INSERT INTO artifact_blob (artifact_id, blob_id)
       SELECT deleted_artifact_id, blob_id FROM deleted_artifact_blob WHERE deleted_artifact_id = ANY($1)`,
      [ids],
    );
    await this.database.query(
      `INSERT INTO repository_blob (repository_id, blob_id)
       SELECT DISTINCT $2::bigint, blob_id FROM deleted_artifact_blob WHERE deleted_artifact_id = ANY($1) ON CONFLICT DO NOTHING`,
      [ids, repository.id],
    );
    await this.database.query(
      `INSERT INTO artifact_reference (parent_id, child_id, child_digest, platform, urls, annotations)
       SELECT d.id, a.id, a.digest, c.platform, c.urls, c.annotations
       FROM deleted_artifact d, jsonb_to_recordset(d.children) AS c(digest text, platform jsonb, urls jsonb, annotations jsonb), artifact a
       WHERE d.id = ANY($1) AND a.repository_id = $2 AND a.digest = c.digest`,
      [ids, repository.id],
    );
    await this.database.query(
      `INSERT INTO accessory (artifact_id, repository_id, subject_digest, type, source, creation_time)
       SELECT d.id, $2, s.digest, s.type, s.source, s."creationTime"
       FROM deleted_artifact d, jsonb_to_recordset(d.subjects) AS s(digest text, type text, source text, "creationTime" timestamptz)
       WHERE d.id = ANY($1)`,
      [ids, repository.id],
    );
    await this.database.query(
      `INSERT INTO label_reference (label_id, artifact_id)
       SELECT l.id, d.id FROM deleted_artifact d, jsonb_array_elements_text(d.labels) AS given(id) JOIN label l ON l.id = given.id::bigint
       WHERE d.id = ANY($1) FOR KEY SHARE OF l`,
      [ids],
    );
    const [added] = await this.database.query<{ bytes: number }>(
      `WITH added AS (
         INSERT INTO project_blob (project_id, blob_id)
         SELECT DISTINCT $2::bigint, blob_id FROM deleted_artifact_blob WHERE deleted_artifact_id = ANY($1)
         ON CONFLICT DO NOTHING RETURNING blob_id)
       SELECT coalesce(sum(b.size), 0)::bigint AS bytes FROM added JOIN blob b ON b.id = added.blob_id`,
      [ids, repository.projectId],
    );
    return added?.bytes ?? 0;
  }

  /** Gives back the tags that nobody has taken; a tag is never moved. Answers which. */
  giveTagsBack(repositoryId: number, ids: number[]): Promise<{ artifactId: number; name: string }[]> {
    return this.database.query(
      `INSERT INTO tag (repository_id, artifact_id, name, push_time, pull_time)
       SELECT $2, d.id, t.name, t."pushTime", t."pullTime"
       FROM deleted_artifact d, jsonb_to_recordset(d.tags) AS t(name text, "pushTime" timestamptz, "pullTime" timestamptz)
       WHERE d.id = ANY($1) ORDER BY t.name
       ON CONFLICT (repository_id, name) DO NOTHING RETURNING artifact_id AS "artifactId", name`,
      [ids, repositoryId],
    );
  }

  /** Lets go of the artifacts and what they needed. */
  async forget(ids: number[]): Promise<DeletedArtifactRow[]> {
    return this.database.query<DeletedArtifactRow>(
      `DELETE FROM deleted_artifact d WHERE d.id = ANY($1) RETURNING ${row}`,
      [ids],
    );
  }

  /** A project that has artifacts to purge by now. */
  async nextDueProject(): Promise<number | undefined> {
    const [due] = await this.database.query<{ projectId: number }>(
      'SELECT project_id AS "projectId" FROM deleted_artifact WHERE purge_time <= now() ORDER BY purge_time LIMIT 1',
    );
    return due?.projectId;
  }

  /** Some of the project's, the ones deleted first: those whose time has come, those of one digest, or any. */
  async pick(
    projectId: number,
    which: { due: true } | { repository: string; digest: string } | { all: true },
    limit: number,
  ): Promise<number[]> {
    const [condition, values] =
      'due' in which
        ? ['purge_time <= now()', []]
        : 'digest' in which
          ? ['repository_name = $3 AND digest = $4', [which.repository, which.digest]]
          : ['true', []];
    const rows = await this.database.query<{ id: number }>(
      `SELECT id FROM deleted_artifact WHERE project_id = $1 AND ${condition} ORDER BY delete_time, id LIMIT $2`,
      [projectId, limit, ...values],
    );
    return rows.map(({ id }) => id);
  }

  /** Goes with the project: the blobs are nobody's any more. */
  async deleteOfProject(projectId: number): Promise<void> {
    await this.database.query(
      `WITH gone AS (DELETE FROM deleted_artifact WHERE project_id = $1)
       DELETE FROM project_blob WHERE project_id = $1`,
      [projectId],
    );
  }
}
