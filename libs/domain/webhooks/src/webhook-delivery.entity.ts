import { Task } from '@breakwater/executions';
import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

/** One attempt to send a webhook: what was sent is in the task's payload, what came back is here. Goes with its task. */
@Entity('webhook_delivery')
@Index('webhook_delivery_task_id_idx', ['taskId', 'id'])
export class WebhookDelivery {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'webhook_delivery_pkey',
  })
  id!: number;

  @Column({ name: 'task_id', type: 'bigint' })
  taskId!: number;

  @ManyToOne(() => Task, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'task_id', foreignKeyConstraintName: 'webhook_delivery_task_id_fkey' })
  task!: Relation<Task>;

  /** The task's run. */
  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'varchar', length: 2048 })
  address!: string;

  /** Without what is secret. */
  @Column({ name: 'request_headers', type: 'jsonb' })
  requestHeaders!: Record<string, string>;

  /** Null: no answer came. */
  @Column({ name: 'response_status', type: 'integer', nullable: true })
  responseStatus!: number | null;

  @Column({ name: 'response_headers', type: 'jsonb', default: () => "'{}'" })
  responseHeaders!: Record<string, string>;

  /** Its beginning. */
  @Column({ name: 'response_body', type: 'text', default: '' })
  responseBody!: string;

  /** Why it failed; empty: it did not. */
  @Column({ type: 'text', default: '' })
  error!: string;

  @Column({ name: 'duration_ms', type: 'integer' })
  durationMs!: number;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
