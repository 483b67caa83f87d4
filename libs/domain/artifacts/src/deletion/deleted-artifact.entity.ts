import { Project } from '@breakwater/projects';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ManifestContent } from '../artifact/manifest.entity';

/** A tag that the artifact had. */
export interface DeletedTag {
  name: string;
  pushTime: string;
  pullTime: string | null;
}

/** A child that the index listed. */
export interface DeletedChild {
  digest: string;
  platform: Record<string, unknown> | null;
  urls: string[] | null;
  annotations: Record<string, string> | null;
}

/** What the artifact was an accessory of. */
export interface DeletedSubject {
  digest: string;
  type: string;
  source: string;
  creationTime: string;
}

/**
 * A deleted artifact that can be restored, out of the way of everything that lists, pulls or pushes. It holds on to its
 * manifest and blobs until it is purged. It names its repository, which may be gone as well.
 */
@Entity('deleted_artifact')
@Index('deleted_artifact_repository_name_digest_key', ['repositoryName', 'digest'], { unique: true })
@Index('deleted_artifact_accessories_idx', ['repositoryName'], { where: "subjects <> '[]'" })
@Index('deleted_artifact_digest_idx', ['digest'])
@Index('deleted_artifact_project_id_delete_time_idx', ['projectId', 'deleteTime', 'id'])
@Index('deleted_artifact_purge_time_idx', ['purgeTime'])
export class DeletedArtifact {
  /** The artifact's own, which it gets back. */
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'deleted_artifact_pkey' })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @ManyToOne(() => Project)
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'deleted_artifact_project_id_fkey' })
  project!: Relation<Project>;

  /** With the project: `library/nginx`. */
  @Column({ name: 'repository_name', type: 'varchar', length: 255, collation: 'C' })
  repositoryName!: string;

  @Column({ type: 'varchar', length: 160, collation: 'C' })
  digest!: string;

  @ManyToOne(() => ManifestContent)
  @JoinColumn({ name: 'digest', foreignKeyConstraintName: 'deleted_artifact_digest_fkey' })
  manifest!: Relation<ManifestContent>;

  @Column({ type: 'text' })
  type!: string;

  @Column({ name: 'media_type', type: 'text' })
  mediaType!: string;

  @Column({ name: 'manifest_media_type', type: 'text' })
  manifestMediaType!: string;

  @Column({ name: 'artifact_type', type: 'text', default: '' })
  artifactType!: string;

  @Column({ type: 'bigint' })
  size!: number;

  @Column({ name: 'manifest_size', type: 'integer' })
  manifestSize!: number;

  @Column({ name: 'subject_digest', type: 'varchar', length: 160, collation: 'C', nullable: true })
  subjectDigest!: string | null;

  @Column({ type: 'jsonb', default: () => "'{}'" })
  annotations!: Record<string, string>;

  @Column({ name: 'extra_attrs', type: 'jsonb', default: () => "'{}'" })
  extraAttrs!: Record<string, unknown>;

  @Column({ name: 'push_time', type: 'timestamptz' })
  pushTime!: Date;

  @Column({ name: 'pull_time', type: 'timestamptz', nullable: true })
  pullTime!: Date | null;

  @Column({ type: 'jsonb' })
  tags!: DeletedTag[];

  @Column({ type: 'jsonb' })
  children!: DeletedChild[];

  @Column({ type: 'jsonb' })
  subjects!: DeletedSubject[];

  /** Ids of the labels that it had. */
  @Column({ type: 'jsonb', default: () => "'[]'" })
  labels!: number[];

  @Column({ type: 'varchar', length: 160, collation: 'C', nullable: true })
  icon!: string | null;

  /** Name of the user or robot who deleted it. */
  @Column({ type: 'varchar', length: 512 })
  actor!: string;

  @Column({ name: 'delete_time', type: 'timestamptz', default: () => 'now()' })
  deleteTime!: Date;

  /** From then on it is purged, for good. */
  @Column({ name: 'purge_time', type: 'timestamptz' })
  purgeTime!: Date;
}
