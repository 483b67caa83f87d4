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

/** A word that people put on artifacts: of every project, or of one. */
@Entity('label')
@Index('label_project_id_name_key', ['projectId', 'name'], { unique: true })
@Index('label_name_idx', ['name', 'id'])
@Index('label_name_key', ['name'], { unique: true, where: 'project_id IS NULL' })
export class Label {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'label_pkey',
  })
  id!: number;

  @Column({ type: 'varchar', length: 128, collation: 'C' })
  name!: string;

  @Column({ type: 'text', default: '' })
  description!: string;

  /** As clients write it: `#61717D`. */
  @Column({ type: 'varchar', length: 16, default: '' })
  color!: string;

  /** Null: a label of every project. */
  @Column({ name: 'project_id', type: 'bigint', nullable: true })
  projectId!: number | null;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'label_project_id_fkey' })
  project!: Relation<Project> | null;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
