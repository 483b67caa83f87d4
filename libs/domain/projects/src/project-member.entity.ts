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
import { Project } from './project.entity';

/** A user (`u`) or group (`g`) with a role in a project. */
@Entity('project_member')
@Index('project_member_key', ['projectId', 'entityType', 'entityId'], { unique: true })
@Index('project_member_entity_idx', ['entityType', 'entityId'])
export class ProjectMember {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'project_member_pkey',
  })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'project_member_project_id_fkey' })
  project!: Relation<Project>;

  @Column({ name: 'entity_id', type: 'bigint' })
  entityId!: number;

  @Column({ name: 'entity_type', type: 'char', length: 1 })
  entityType!: 'u' | 'g';

  /** 1 projectAdmin, 2 developer, 3 guest, 4 maintainer, 5 limitedGuest. */
  @Column({ name: 'role_id', type: 'smallint' })
  roleId!: number;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
