import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process of the job service, while it lives. */
@Entity('worker_pool')
export class WorkerPool {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'worker_pool_pkey' })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  host!: string;

  @Column({ type: 'integer' })
  pid!: number;

  /** Tasks that it runs at once, at most. */
  @Column({ type: 'integer' })
  concurrency!: number;

  @Column({ name: 'start_time', type: 'timestamptz', default: () => 'now()' })
  startTime!: Date;

  @Column({ name: 'heartbeat_time', type: 'timestamptz', default: () => 'now()' })
  heartbeatTime!: Date;
}
