import type { EventActor } from '@breakwater/contracts';
import { digestOf, mediaTypes, parseReference, type Descriptor } from '@breakwater/kernel';
import { ProjectsService } from '@breakwater/projects';
import { SettingsService } from '@breakwater/settings';
import { ArtifactDeletionService } from './artifact-deletion.service';
import { ArtifactPurgeService } from './artifact-purge.service';
import { ArtifactRestoreService } from './artifact-restore.service';
import { startArtifacts, type ArtifactsBench } from '../artifacts.suite';
import { BlobsService } from '../blobs/blobs.service';
import { ManifestPushService } from '../manifests/manifest-push.service';
import { UploadsService } from '../uploads/uploads.service';

export const actor: EventActor = { name: 'tester', address: '127.0.0.1', userAgent: 'jest' };

export interface Item {
  digest: string;
  payload: Buffer;
  mediaType: string;
  /** By digest, with their sizes. */
  blobs: Descriptor[];
  children: string[];
  subject?: string;
}

const home = 'bench/home';

/** Pushes, deletes, restores and purges in the project of a bench, with blobs that lie in `bench/home`. */
export class DeletionBench {
  /** Other projects by name. */
  private readonly projects = new Map<string, number>();

  private constructor(readonly bench: ArtifactsBench) {}

  static async start(): Promise<DeletionBench> {
    return new DeletionBench(await startArtifacts());
  }

  get projectId(): number {
    return this.bench.projectId;
  }

  sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
    return this.bench.database.query<T>(text, values);
  }

  service<T>(type: new (...args: never[]) => T): T {
    return this.bench.app.get(type, { strict: false });
  }

  async window(days: number): Promise<void> {
    await this.service(SettingsService).update({ artifact_restore_window_days: days });
  }

  async blob(content: Buffer, mediaType = 'application/vnd.oci.image.layer.v1.tar'): Promise<Descriptor> {
    const digest = digestOf(content);
    const stream = (async function* () {
      yield content;
    })();
    await this.service(UploadsService).upload({ projectId: this.projectId, repository: home }, digest, {
      stream,
      length: content.length,
    });
    return { mediaType, digest, size: content.length };
  }

  /** An image for each list of layers, by their positions; the layers have 1000, 500 and 200 bytes. */
  async images(...picked: number[][]): Promise<{ images: Item[]; config: Descriptor; layers: Descriptor[] }> {
    const config = await this.blob(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
    const layers = await Promise.all([1_000, 500, 200].map((size) => this.blob(Buffer.alloc(size, size % 251))));
    const images = picked.map((positions) =>
      image(
        config,
        positions.map((position) => layers[position]!),
      ),
    );
    return { images, config, layers };
  }

  /** Links what it needs into the repository, and pushes it. */
  async push(repository: string, item: Item, tag?: string): Promise<void> {
    const projectId = this.projects.get(repository.split('/')[0] ?? '') ?? this.projectId;
    for (const { digest } of item.blobs)
      await this.service(BlobsService).mount({ projectId, repository }, digest, {
        from: home,
        mayPull: () => Promise.resolve(true),
      });
    await this.service(ManifestPushService).push({
      projectId,
      repository,
      reference: parseReference(tag ?? item.digest),
      tags: [],
      contentType: item.mediaType,
      payload: item.payload,
      actor,
      condition: {},
    });
  }

  /** Makes another project, and answers its id. */
  async project(name: string): Promise<number> {
    const id = await this.service(ProjectsService).create(
      { kind: 'internal', name: 'test' },
      { name, metadata: {}, storageLimit: -1 },
    );
    this.projects.set(name, id);
    return id;
  }

  delete(repository: string, { digest }: Item): Promise<void> {
    return this.service(ArtifactDeletionService).delete(repository, digest, actor);
  }

  deleteRepository(repository: string): Promise<void> {
    return this.service(ArtifactDeletionService).deleteRepository(repository, actor);
  }

  restore(repository: string, { digest }: Item) {
    return this.service(ArtifactRestoreService).restore(this.projectId, repository, digest, actor);
  }

  purge(repository: string, { digest }: Item) {
    return this.service(ArtifactPurgeService).purgeOne(this.projectId, repository, digest, actor);
  }

  async used(): Promise<number> {
    const [row] = await this.sql<{ used: number }>('SELECT used FROM quota WHERE project_id = $1', [this.projectId]);
    return row!.used;
  }

  /** Artifacts of the project with their tags: `bench/a@sha256:… v1,v2`. */
  async live(): Promise<string[]> {
    const rows = await this.sql<{ line: string }>(
      `SELECT r.name || '@' || a.digest || ' ' || coalesce((SELECT string_agg(t.name, ',' ORDER BY t.name) FROM tag t WHERE t.artifact_id = a.id), '') AS line
       FROM artifact a JOIN repository r ON r.id = a.repository_id WHERE a.project_id = $1`,
      [this.projectId],
    );
    return rows.map(({ line }) => line).sort();
  }

  /** What could be restored, in the same form. */
  async hidden(): Promise<string[]> {
    const rows = await this.sql<{ line: string }>(
      `SELECT repository_name || '@' || digest || ' ' || coalesce((SELECT string_agg(t ->> 'name', ',' ORDER BY t ->> 'name') FROM jsonb_array_elements(tags) t), '') AS line
       FROM deleted_artifact WHERE project_id = $1`,
      [this.projectId],
    );
    return rows.map(({ line }) => line).sort();
  }

  /** Everything that contradicts itself; nothing, if all is well. */
  async contradictions(): Promise<unknown[]> {
    const found = await Promise.all(contradictions.map((sql) => this.sql(sql)));
    return found.flat();
  }

  /** The project is empty again; the blobs stay where they are. */
  async reset(): Promise<void> {
    await this.sql('DELETE FROM artifact_reference');
    await this.sql('DELETE FROM repository WHERE name <> $1', [home]);
    await this.sql('DELETE FROM deleted_artifact');
    await this.sql('DELETE FROM project_blob');
    await this.sql('DELETE FROM outbox');
    await this.sql('UPDATE quota SET used = 0, hard = -1');
  }
}

/** Blobs and manifests that count, of `quota q`. */
const counted = `
  (SELECT coalesce(sum(b.size), 0) FROM blob b WHERE b.id IN (
     SELECT ab.blob_id FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id WHERE a.project_id = q.project_id
     UNION SELECT db.blob_id FROM deleted_artifact_blob db JOIN deleted_artifact d ON d.id = db.deleted_artifact_id WHERE d.project_id = q.project_id))
  + (SELECT coalesce(sum(size), 0) FROM (
     SELECT digest, manifest_size AS size FROM artifact WHERE project_id = q.project_id
     UNION SELECT digest, manifest_size FROM deleted_artifact WHERE project_id = q.project_id) m)`;

const contradictions = [
  `SELECT 'quota' AS wrong, q.used, ${counted} AS counted FROM quota q WHERE q.used <> ${counted}`,
  `SELECT 'project_blob' AS wrong, blob_id FROM (
     SELECT project_id, blob_id FROM project_blob EXCEPT (
       SELECT a.project_id, ab.blob_id FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id
       UNION SELECT d.project_id, db.blob_id FROM deleted_artifact_blob db JOIN deleted_artifact d ON d.id = db.deleted_artifact_id)) x`,
  `SELECT 'not to be pulled' AS wrong, a.digest, b.digest AS blob, b.status FROM artifact a JOIN artifact_blob ab ON ab.artifact_id = a.id
   JOIN blob b ON b.id = ab.blob_id LEFT JOIN repository_blob rb ON rb.blob_id = b.id AND rb.repository_id = a.repository_id
   WHERE b.status <> 'none' OR rb.blob_id IS NULL`,
  `SELECT 'artifact_count' AS wrong, r.name FROM repository r
   WHERE r.artifact_count <> (SELECT count(*) FROM artifact a WHERE a.repository_id = r.id AND a.listed)`,
  `SELECT 'both deleted and not' AS wrong, d.digest FROM deleted_artifact d JOIN repository r ON r.name = d.repository_name
   JOIN artifact a ON a.repository_id = r.id AND a.digest = d.digest`,
  `SELECT 'an index without children' AS wrong, a.digest FROM artifact a JOIN manifest m ON m.digest = a.digest,
     jsonb_array_elements(coalesce(convert_from(m.payload, 'UTF8')::jsonb -> 'manifests', '[]')) c
   WHERE NOT EXISTS (SELECT FROM artifact_reference f WHERE f.parent_id = a.id AND f.child_digest = c ->> 'digest')`,
];

export function image(config: Descriptor, layers: Descriptor[], subject?: Item): Item {
  return item(
    {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config,
      layers,
      ...(subject && { subject: descriptorOf(subject), artifactType: 'application/vnd.cncf.notary.signature' }),
    },
    { blobs: [config, ...layers], children: [], subject: subject?.digest },
  );
}

/** `annotations` by the digest of the child. */
export function index(children: Item[], annotations: Record<string, Record<string, string>> = {}): Item {
  const listed = children.map((child) => {
    const given = annotations[child.digest];
    return { ...descriptorOf(child), ...(given && { annotations: given }) };
  });
  return item(
    { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: listed },
    { blobs: [], children: children.map(({ digest }) => digest) },
  );
}

function item(
  manifest: { mediaType: string; [field: string]: unknown },
  rest: Pick<Item, 'blobs' | 'children' | 'subject'>,
): Item {
  const payload = Buffer.from(JSON.stringify(manifest));
  return { digest: digestOf(payload), payload, mediaType: manifest.mediaType, ...rest };
}

const descriptorOf = ({ mediaType, digest, payload }: Item): Descriptor => ({
  mediaType,
  digest,
  size: payload.length,
});
