import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * That garbage collection began to remove a blob of this digest. Kept for days after the blob's row: a push that had moved
 * its bytes into place meanwhile finds it, and does not believe that they are still there (ADR 0021).
 */
@Entity('blob_removal')
@Index('blob_removal_time_idx', ['time'])
export class BlobRemoval {
  @PrimaryColumn({ type: 'varchar', length: 160, collation: 'C', primaryKeyConstraintName: 'blob_removal_pkey' })
  digest!: string;

  /** Another one with every removal. */
  @Column({ type: 'uuid' })
  removal!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  time!: Date;
}
