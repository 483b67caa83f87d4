import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One line of the changefeed: a new timestamp, or trust data that was deleted. It outlives what it tells of. */
@Entity('trust_change')
@Index('trust_change_gun_id_idx', ['gun', 'id'])
export class TrustChange {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'trust_change_pkey',
  })
  id!: number;

  @Column({ type: 'varchar', length: 512, collation: 'C' })
  gun!: string;

  /** Of the timestamp; 0 for a deletion. */
  @Column({ type: 'bigint' })
  version!: number;

  /** Of the timestamp, in hex; empty for a deletion. */
  @Column({ type: 'varchar', length: 64 })
  sha256!: string;

  @Column({ type: 'varchar', length: 16 })
  category!: 'update' | 'deletion';

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
