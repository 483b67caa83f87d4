import { Project } from '@breakwater/projects';
import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  type Relation,
} from 'typeorm';

/** A named collection of artifacts in a project. */
@Entity('repository')
@Index('repository_name_key', ['name'], { unique: true })
@Index('repository_project_id_idx', ['projectId'])
@Index('repository_listed_idx', ['name', 'projectId', 'id'], { where: 'first_push_time IS NOT NULL' })
export class Repository {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'repository_pkey',
  })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @ManyToOne(() => Project)
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'repository_project_id_fkey' })
  project!: Relation<Project>;

  /** With the project: `library/nginx`. */
  @Column({ type: 'varchar', length: 255, collation: 'C' })
  name!: string;

  @Column({ type: 'text', default: '' })
  description!: string;

  @Column({ name: 'pull_count', type: 'bigint', default: 0 })
  pullCount!: number;

  /** Listed artifacts. Triggers of the schema keep it. */
  @Column({ name: 'artifact_count', type: 'integer', default: 0 })
  artifactCount!: number;

  /** Listed tags. This and the bytes below triggers of the schema keep as well. */
  @Column({ name: 'tag_count', type: 'integer', default: 0 })
  tagCount!: number;

  /** Distinct blobs and manifests of its artifacts. */
  @Column({ name: 'total_bytes', type: 'bigint', default: 0 })
  totalBytes!: number;

  /** Of these, what no other repository of the project needs. */
  @Column({ name: 'unique_bytes', type: 'bigint', default: 0 })
  uniqueBytes!: number;

  /** Null until the first manifest: a repository with blobs only is not listed. */
  @Column({ name: 'first_push_time', type: 'timestamptz', nullable: true })
  firstPushTime!: Date | null;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
