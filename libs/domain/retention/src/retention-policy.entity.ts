import type { TagRule } from '@breakwater/contracts';
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
import type { RetentionUnit } from './candidates';

/** Which tags of a project stay. A project has one at most. */
@Entity('retention_policy')
@Index('retention_policy_project_id_key', ['projectId'], { unique: true })
export class RetentionPolicy {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'retention_policy_pkey',
  })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'retention_policy_project_id_fkey' })
  project!: Relation<Project>;

  @Column({ type: 'jsonb' })
  rules!: TagRule[];

  @Column({ type: 'varchar', length: 16, default: 'tag' })
  unit!: RetentionUnit;

  @Column({ name: 'keep_signed', type: 'boolean', default: false })
  keepSigned!: boolean;

  @Column({ name: 'keep_notary_signed', type: 'boolean', default: true })
  keepNotarySigned!: boolean;

  /** Percent: a run that would delete more than that waits for a person's word. Null: none does. */
  @Column({ name: 'confirm_above', type: 'integer', nullable: true })
  confirmAbove!: number | null;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
