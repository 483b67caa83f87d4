import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Project } from './project.entity';

/** Every metadata value of a project but `public`; all are strings, as in the API. */
@Entity('project_metadata')
export class ProjectMetadata {
  @PrimaryColumn({ name: 'project_id', type: 'bigint', primaryKeyConstraintName: 'project_metadata_pkey' })
  projectId!: number;

  @PrimaryColumn({ type: 'varchar', length: 255, collation: 'C', primaryKeyConstraintName: 'project_metadata_pkey' })
  name!: string;

  @Column({ type: 'varchar', length: 255 })
  value!: string;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'project_metadata_project_id_fkey' })
  project!: Relation<Project>;
}
