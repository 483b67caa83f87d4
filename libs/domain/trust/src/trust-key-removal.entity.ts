import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Trust data that was deleted, and whose keys the signer still has: written with the deletion, gone when they are. */
@Entity('trust_key_removal')
@Index('trust_key_removal_deletion_time_idx', ['deletionTime', 'gun'])
export class TrustKeyRemoval {
  @PrimaryColumn({ type: 'varchar', length: 512, collation: 'C', primaryKeyConstraintName: 'trust_key_removal_pkey' })
  gun!: string;

  /** Keys that were made, told of or used later are for trust data that comes after. */
  @Column({ name: 'deletion_time', type: 'timestamptz' })
  deletionTime!: Date;
}
