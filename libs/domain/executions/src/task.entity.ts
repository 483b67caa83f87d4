import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Execution } from './execution.entity';
import type { JobStatus } from './job-status';

/**
 * A unit of work for one worker. The row decides who runs it and how it ended; the queue only wakes workers up, and
 * loses nothing when it is lost (decision 6).
 */
@Entity('task')
@Index('task_execution_id_idx', ['executionId', 'id'])
@Index('task_waiting_idx', ['jobType', 'runAt'], { where: "status IN ('Pending', 'Scheduled')" })
@Index('task_running_idx', ['leaseUntil'], { where: "status = 'Running'" })
@Index('task_serial_key_idx', ['serialKey', 'id'], { where: 'serial_key IS NOT NULL AND end_time IS NULL' })
export class Task {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'task_pkey',
  })
  id!: number;

  @Column({ name: 'execution_id', type: 'bigint' })
  executionId!: number;

  @ManyToOne(() => Execution, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'execution_id', foreignKeyConstraintName: 'task_execution_id_fkey' })
  execution!: Relation<Execution>;

  @Column({ name: 'job_type', type: 'varchar', length: 64 })
  jobType!: string;

  @Column({ type: 'jsonb' })
  payload!: unknown;

  @Column({ type: 'varchar', length: 16 })
  status!: JobStatus;

  @Column({ name: 'status_message', type: 'text', default: '' })
  statusMessage!: string;

  /** Tasks of one key run one after another, in the order of their ids. */
  @Column({ name: 'serial_key', type: 'varchar', length: 512, nullable: true })
  serialKey!: string | null;

  /** Not before: now, or when it is tried again. */
  @Column({ name: 'run_at', type: 'timestamptz', default: () => 'now()' })
  runAt!: Date;

  /** How often a worker took it. What a worker writes counts only while this is what it was when it took the task. */
  @Column({ type: 'integer', default: 0 })
  run!: number;

  /** How many of those runs failed; a worker that died or was told to end is no failure of the job. */
  @Column({ type: 'integer', default: 0 })
  failures!: number;

  /** How often its worker died since it last got on: what keeps killing workers is given up. */
  @Column({ type: 'integer', default: 0 })
  losses!: number;

  /** The pool whose worker has it. */
  @Column({ name: 'pool_id', type: 'uuid', nullable: true })
  poolId!: string | null;

  /** Until then it is the worker's; the worker renews it. */
  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil!: Date | null;

  @Column({ name: 'stop_requested', type: 'boolean', default: false })
  stopRequested!: boolean;

  /** Where a run that is taken up again goes on. */
  @Column({ type: 'jsonb', nullable: true })
  checkpoint!: unknown;

  /** What the job tells of itself while it runs, and what came of it. */
  @Column({ name: 'extra_attrs', type: 'jsonb', default: () => "'{}'" })
  extraAttrs!: Record<string, unknown>;

  @Column({ name: 'creation_time', type: 'timestamptz', default: () => 'now()' })
  creationTime!: Date;

  @Column({ name: 'start_time', type: 'timestamptz', nullable: true })
  startTime!: Date | null;

  @Column({ name: 'update_time', type: 'timestamptz', default: () => 'now()' })
  updateTime!: Date;

  @Column({ name: 'end_time', type: 'timestamptz', nullable: true })
  endTime!: Date | null;
}
