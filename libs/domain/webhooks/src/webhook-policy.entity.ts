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
import type { EventType } from './event-types';
import type { StoredTarget } from './webhook-target';

/** Which events of a project, or of all of them, are sent where. */
@Entity('webhook_policy')
@Index('webhook_policy_project_id_name_key', ['projectId', 'name'], { unique: true, where: 'project_id IS NOT NULL' })
@Index('webhook_policy_name_key', ['name'], { unique: true, where: 'project_id IS NULL' })
export class WebhookPolicy {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'webhook_policy_pkey',
  })
  id!: number;

  /** Null: of the system, for the events of every project. */
  @Column({ name: 'project_id', type: 'bigint', nullable: true })
  projectId!: number | null;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'webhook_policy_project_id_fkey' })
  project!: Relation<Project> | null;

  @Column({ type: 'varchar', length: 255, collation: 'C' })
  name!: string;

  @Column({ type: 'varchar', length: 1024, default: '' })
  description!: string;

  @Column({ type: 'jsonb' })
  targets!: StoredTarget[];

  @Column({ name: 'event_types', type: 'text', array: true })
  eventTypes!: EventType[];

  @Column({ type: 'varchar', length: 255 })
  creator!: string;

  @Column({ type: 'boolean', default: true })
  enabled!: boolean;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
