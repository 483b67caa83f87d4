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

/** Tags of a project that may neither be moved nor deleted. */
@Entity('immutable_rule')
@Index('immutable_rule_project_id_selector_digest_key', ['projectId', 'selectorDigest'], { unique: true })
export class ImmutableRule {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'immutable_rule_pkey',
  })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'immutable_rule_project_id_fkey' })
  project!: Relation<Project>;

  @Column({ type: 'boolean', default: false })
  disabled!: boolean;

  /** As clients gave it. */
  @Column({ type: 'jsonb' })
  rule!: TagRule;

  /** SHA-256 of the selectors in hex: no project has the same rule twice. */
  @Column({ name: 'selector_digest', type: 'varchar', length: 64 })
  selectorDigest!: string;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
