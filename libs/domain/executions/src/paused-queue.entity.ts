import { CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** Tasks of this type wait until it is resumed. */
@Entity('paused_queue')
export class PausedQueue {
  @PrimaryColumn({ name: 'job_type', type: 'varchar', length: 64, primaryKeyConstraintName: 'paused_queue_pkey' })
  jobType!: string;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
