import { Project } from '@breakwater/projects';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

/** Bytes of the distinct blobs and manifests that a project's artifacts need, without those that are deleted. */
@Entity('project_content')
export class ProjectContent {
  @PrimaryColumn({ name: 'project_id', type: 'bigint', primaryKeyConstraintName: 'project_content_pkey' })
  projectId!: number;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'project_content_project_id_fkey' })
  project!: Relation<Project>;

  @Column({ type: 'bigint' })
  bytes!: number;
}
