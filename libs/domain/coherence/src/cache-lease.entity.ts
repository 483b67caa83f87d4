import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A replica that may answer from its caches until its lease runs out; who changes something waits for it (decision 13). */
@Entity('cache_lease')
export class CacheLease {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'cache_lease_pkey' })
  replica!: string;

  @Column({ name: 'renewal_time', type: 'timestamptz' })
  renewalTime!: Date;

  @Column({ name: 'expiry_time', type: 'timestamptz' })
  expiryTime!: Date;
}
