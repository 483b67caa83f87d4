import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  OneToMany,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  type Relation,
} from 'typeorm';
import { RobotPermission } from './robot-permission.entity';

/** An account for automation, of the system or of one project. */
@Entity('robot')
@Index('robot_project_id_name_key', ['projectId', 'name'], { unique: true })
export class Robot {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'robot_pkey',
  })
  id!: number;

  /** The name given, without prefix and project: `ci` of `robot$library+ci`. */
  @Column({ type: 'varchar', length: 255, collation: 'C' })
  name!: string;

  /** 0 for a robot of the system. */
  @Column({ name: 'project_id', type: 'bigint', default: 0 })
  projectId!: number;

  @Column({ type: 'varchar', length: 1024, default: '' })
  description!: string;

  /** Keyed HMAC-SHA-256 of the generated secret. */
  @Column({ name: 'secret_hash', type: 'varchar', length: 512 })
  secretHash!: string;

  /** The secret before, which is good until then: who rotates has time to tell every client. */
  @Column({ name: 'previous_secret_hash', type: 'varchar', length: 512, nullable: true })
  previousSecretHash!: string | null;

  @Column({ name: 'previous_secret_until', type: 'timestamptz', nullable: true })
  previousSecretUntil!: Date | null;

  /** To the minute. */
  @Column({ name: 'last_used_time', type: 'timestamptz', nullable: true })
  lastUsedTime!: Date | null;

  /** Days, or -1 for ever. */
  @Column({ type: 'integer', default: -1 })
  duration!: number;

  /** Seconds since the epoch, or -1 for never. */
  @Column({ name: 'expires_at', type: 'bigint', default: -1 })
  expiresAt!: number;

  @Column({ type: 'boolean', default: false })
  disabled!: boolean;

  @Column({ name: 'creator_type', type: 'varchar', length: 16, default: 'local' })
  creatorType!: string;

  @Column({ name: 'creator_ref', type: 'bigint', default: 0 })
  creatorRef!: number;

  /** Raised whenever tokens issued so far must stop counting. */
  @Column({ type: 'integer', default: 0 })
  epoch!: number;

  @OneToMany(() => RobotPermission, (permission) => permission.robot)
  permissions!: Relation<RobotPermission>[];

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
