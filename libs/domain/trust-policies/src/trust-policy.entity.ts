import { Project } from '@breakwater/projects';
import {
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  OneToOne,
  PrimaryColumn,
  UpdateDateColumn,
  type Relation,
} from 'typeorm';
import type { TrustPolicySettings } from './trust-policy-settings';

/** Which signatures count in a project: what its people set. Without a row everything is as at first. */
@Entity('trust_policy')
export class TrustPolicy {
  @PrimaryColumn({ name: 'project_id', type: 'bigint', primaryKeyConstraintName: 'trust_policy_pkey' })
  projectId!: number;

  @OneToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'trust_policy_project_id_fkey' })
  project!: Relation<Project>;

  /** Raised with every change, of materials too; never goes back. */
  @Column({ type: 'bigint' })
  version!: number;

  /** The version that last changed what verdicts on signatures hang on. */
  @Column({ name: 'verdict_version', type: 'bigint' })
  verdictVersion!: number;

  /** Checked when it was written. */
  @Column({ type: 'jsonb' })
  settings!: TrustPolicySettings;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
