import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A piece of a task's log. Partitioned by month, so that old logs go by dropping tables. */
@Entity('task_log')
export class TaskLog {
  @PrimaryColumn({ name: 'task_id', type: 'bigint', primaryKeyConstraintName: 'task_log_pkey' })
  taskId!: number;

  /** Of the task, across its runs, from 1. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'task_log_pkey' })
  sequence!: number;

  @PrimaryColumn({
    name: 'creation_time',
    type: 'timestamptz',
    default: () => 'now()',
    primaryKeyConstraintName: 'task_log_pkey',
  })
  creationTime!: Date;

  /** Whole lines. */
  @Column({ type: 'text' })
  text!: string;
}
