import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { ExecutionTrigger, JobStatus } from './job-status';

/** One run of something that people start, schedule or cause: a garbage collection, a retention run, a webhook's delivery. */
@Entity('execution')
@Index('execution_vendor_type_vendor_id_idx', ['vendorType', 'vendorId', 'id'])
@Index('execution_key_key', ['key'], { unique: true, where: 'key IS NOT NULL' })
@Index('execution_unfinished_idx', ['vendorType', 'vendorId'], { where: 'end_time IS NULL' })
export class Execution {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'execution_pkey',
  })
  id!: number;

  /** What kind of thing runs: a job's type, as in Harbor. */
  @Column({ name: 'vendor_type', type: 'varchar', length: 64 })
  vendorType!: string;

  /** Which of them: the policy's id; -1 where there is only one of the kind. */
  @Column({ name: 'vendor_id', type: 'bigint', default: -1 })
  vendorId!: number;

  @Column({ type: 'varchar', length: 16 })
  status!: JobStatus;

  @Column({ name: 'status_message', type: 'text', default: '' })
  statusMessage!: string;

  @Column({ type: 'varchar', length: 16 })
  trigger!: ExecutionTrigger;

  /** What it was started with, and what came of it. */
  @Column({ name: 'extra_attrs', type: 'jsonb', default: () => "'{}'" })
  extraAttrs!: Record<string, unknown>;

  /** An execution of this key is started once, however often it is asked for: an event's id, a schedule's instant. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  key!: string | null;

  /** Tasks that have not ended. */
  @Column({ type: 'integer', default: 0 })
  unfinished!: number;

  @Column({ name: 'start_time', type: 'timestamptz', default: () => 'now()' })
  startTime!: Date;

  @Column({ name: 'update_time', type: 'timestamptz', default: () => 'now()' })
  updateTime!: Date;

  @Column({ name: 'end_time', type: 'timestamptz', nullable: true })
  endTime!: Date | null;
}
