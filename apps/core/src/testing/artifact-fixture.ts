import { digestOf } from '@breakwater/kernel';
import type { Database } from '@breakwater/platform';

export interface ArtifactFixture {
  repository: string;
  /** What the digest is computed from: different content, different artifact. */
  content: string;
  tags?: string[];
  type?: string;
  mediaType?: string;
  manifestMediaType?: string;
  /** Artifacts of the same repository that it lists as its children. */
  children?: { id: number; digest: string }[];
  /** Makes it an accessory of that digest. */
  subject?: string;
  pushTime?: Date;
  extraAttrs?: Record<string, unknown>;
}

const defaults = {
  tags: [] as string[],
  type: 'IMAGE',
  mediaType: 'application/vnd.oci.image.config.v1+json',
  manifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
  children: [] as { id: number; digest: string }[],
  extraAttrs: {},
};

/** An artifact as a push would have left it, without blobs. */
export async function insertArtifact(
  database: Database,
  given: ArtifactFixture,
): Promise<{ id: number; digest: string }> {
  const fixture = { ...defaults, ...given };
  const digest = digestOf(Buffer.from(fixture.content));
  return database.transaction(async () => {
    const repository = await ensureRepository(database, fixture.repository);
    await database.query('INSERT INTO manifest (digest, payload, size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      digest,
      Buffer.from(fixture.content),
      fixture.content.length,
    ]);
    const [artifact] = await database.query<{ id: number }>(
      `INSERT INTO artifact (project_id, repository_id, digest, type, media_type, manifest_media_type, artifact_type, size, manifest_size, extra_attrs, push_time)
       VALUES ($1, $2, $3, $4, $5, $6, $5, 100, 10, $7, coalesce($8, now())) RETURNING id`,
      [
        repository.projectId,
        repository.id,
        digest,
        fixture.type,
        fixture.mediaType,
        fixture.manifestMediaType,
        JSON.stringify(fixture.extraAttrs),
        fixture.pushTime,
      ],
    );
    const id = artifact!.id;
    await database.query('INSERT INTO tag (repository_id, artifact_id, name) SELECT $1, $2, unnest($3::text[])', [
      repository.id,
      id,
      fixture.tags,
    ]);
    for (const child of fixture.children) await insertChild(database, id, child);
    if (fixture.subject) await insertAccessory(database, { id, repositoryId: repository.id, subject: fixture.subject });
    return { id, digest };
  });
}

async function ensureRepository(database: Database, name: string): Promise<{ id: number; projectId: number }> {
  const [repository] = await database.query<{ id: number; projectId: number }>(
    `INSERT INTO repository (project_id, name, first_push_time) SELECT id, $2, now() FROM project WHERE name = $1
     ON CONFLICT (name) DO UPDATE SET update_time = now() RETURNING id, project_id AS "projectId"`,
    [name.split('/')[0], name],
  );
  return repository!;
}

async function insertChild(database: Database, parentId: number, child: { id: number; digest: string }): Promise<void> {
  const platform = JSON.stringify({ architecture: 'arm64', os: 'linux', 'os.version': '1' });
  const sql = 'INSERT INTO artifact_reference (parent_id, child_id, child_digest, platform) VALUES ($1, $2, $3, $4)';
  await database.query(sql, [parentId, child.id, child.digest, platform]);
}

async function insertAccessory(
  database: Database,
  accessory: { id: number; repositoryId: number; subject: string },
): Promise<void> {
  const sql = `INSERT INTO accessory (artifact_id, repository_id, subject_digest, type) VALUES ($1, $2, $3, 'signature.cosign')`;
  await database.query(sql, [accessory.id, accessory.repositoryId, accessory.subject]);
}
