import { CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A batch of pulls that was folded into the tables: noted so that it is not folded twice. */
@Entity('pull_batch')
export class PullBatch {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pull_batch_pkey' })
  id!: string;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
