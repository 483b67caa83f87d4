import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { ManifestContent } from './manifest.entity';
import { Repository } from '../repository/repository.entity';

/** A manifest in a repository. */
@Entity('artifact')
@Index('artifact_repository_id_digest_key', ['repositoryId', 'digest'], { unique: true })
@Index('artifact_repository_id_push_time_idx', ['repositoryId', 'pushTime', 'id', 'listed'])
@Index('artifact_repository_id_id_idx', ['repositoryId', 'id', 'listed'])
@Index('artifact_repository_id_subject_digest_idx', ['repositoryId', 'subjectDigest', 'digest'], {
  where: 'subject_digest IS NOT NULL',
})
@Index('artifact_project_id_digest_idx', ['projectId', 'digest'])
@Index('artifact_project_id_push_time_idx', ['projectId', 'pushTime', 'id', 'listed'])
@Index('artifact_project_id_id_idx', ['projectId', 'id'], { where: 'listed' })
@Index('artifact_project_id_size_idx', ['projectId', 'size', 'id'], { where: 'listed' })
@Index('artifact_project_id_repository_id_idx', ['projectId', 'repositoryId', 'id'], { where: 'listed' })
@Index('artifact_project_id_type_idx', ['projectId', 'type', 'pushTime', 'id'], { where: 'listed' })
@Index('artifact_project_id_media_type_idx', ['projectId', 'mediaType', 'repositoryId', 'pushTime', 'id'], {
  where: 'listed',
})
@Index('artifact_digest_id_idx', ['digest', 'id'])
@Index('artifact_repository_id_size_idx', ['repositoryId', 'size', 'id'])
@Index('artifact_icon_idx', ['icon'], { where: 'icon IS NOT NULL' })
export class Artifact {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'artifact_pkey',
  })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @Column({ name: 'repository_id', type: 'bigint' })
  repositoryId!: number;

  @ManyToOne(() => Repository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'repository_id', foreignKeyConstraintName: 'artifact_repository_id_fkey' })
  repository!: Relation<Repository>;

  @Column({ type: 'varchar', length: 160, collation: 'C' })
  digest!: string;

  @ManyToOne(() => ManifestContent)
  @JoinColumn({ name: 'digest', foreignKeyConstraintName: 'artifact_digest_fkey' })
  manifest!: Relation<ManifestContent>;

  /** What it is to people: IMAGE, CHART, CNAB, WASM, …; derived from the config's media type. */
  @Column({ type: 'text' })
  type!: string;

  /** Media type of the config, or of the manifest for an index. */
  @Column({ name: 'media_type', type: 'text' })
  mediaType!: string;

  @Column({ name: 'manifest_media_type', type: 'text' })
  manifestMediaType!: string;

  /** The manifest's own `artifactType`, else the config's media type; as the referrers API tells it. */
  @Column({ name: 'artifact_type', type: 'text', default: '' })
  artifactType!: string;

  /** Manifest, config and layers together, in bytes. */
  @Column({ type: 'bigint' })
  size!: number;

  @Column({ name: 'manifest_size', type: 'integer' })
  manifestSize!: number;

  @Column({ name: 'subject_digest', type: 'varchar', length: 160, collation: 'C', nullable: true })
  subjectDigest!: string | null;

  @Column({ type: 'jsonb', default: () => "'{}'" })
  annotations!: Record<string, string>;

  /** What the config tells: architecture, os, author, created, entry point, … */
  @Column({ name: 'extra_attrs', type: 'jsonb', default: () => "'{}'" })
  extraAttrs!: Record<string, unknown>;

  /** Digest of the layer that shows what it is; null: the icon of its type. */
  @Column({ type: 'varchar', length: 160, collation: 'C', nullable: true })
  icon!: string | null;

  /** Tagged or no part of an index, and nobody's accessory: what lists show. Triggers of the schema keep it. */
  @Column({ type: 'boolean', default: true })
  listed!: boolean;

  @Column({ name: 'push_time', type: 'timestamptz', default: () => 'now()' })
  pushTime!: Date;

  @Column({ name: 'pull_time', type: 'timestamptz', nullable: true })
  pullTime!: Date | null;
}
