import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Robot } from './robot.entity';

/** One thing that a robot may, or may not, do. */
@Entity('robot_permission')
@Index('robot_permission_key', ['robotId', 'kind', 'namespace', 'resource', 'action'], { unique: true })
export class RobotPermission {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'robot_permission_pkey',
  })
  id!: number;

  @Column({ name: 'robot_id', type: 'bigint' })
  robotId!: number;

  @ManyToOne(() => Robot, (robot) => robot.permissions, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'robot_id', foreignKeyConstraintName: 'robot_permission_robot_id_fkey' })
  robot!: Relation<Robot>;

  @Column({ type: 'varchar', length: 16 })
  kind!: 'system' | 'project';

  /** `/` for the system, a project's name, or `*` for every project. */
  @Column({ type: 'varchar', length: 255 })
  namespace!: string;

  @Column({ type: 'varchar', length: 255 })
  resource!: string;

  @Column({ type: 'varchar', length: 255 })
  action!: string;

  @Column({ type: 'varchar', length: 16, default: 'allow' })
  effect!: 'allow' | 'deny';
}
