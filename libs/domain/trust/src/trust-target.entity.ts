import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { TrustRepository } from './trust-repository.entity';

const primaryKeyConstraintName = 'trust_target_pkey';

/** What is signed in a repository, role by role: an index of the role files in force, written with them. */
@Entity('trust_target')
@Index('trust_target_sha256_idx', ['sha256'])
@Index('trust_target_gun_name_idx', ['gun', 'name'])
export class TrustTarget {
  @PrimaryColumn({ type: 'varchar', length: 512, collation: 'C', primaryKeyConstraintName })
  gun!: string;

  @ManyToOne(() => TrustRepository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'gun', foreignKeyConstraintName: 'trust_target_gun_fkey' })
  trustRepository!: Relation<TrustRepository>;

  /** `targets`, `targets/releases`, `targets/<signer>`. */
  @PrimaryColumn({ type: 'varchar', length: 255, collation: 'C', primaryKeyConstraintName })
  role!: string;

  /** A tag, as docker signs them. */
  @PrimaryColumn({ type: 'varchar', length: 255, collation: 'C', primaryKeyConstraintName })
  name!: string;

  /** Hex of the manifest's digest. */
  @Column({ type: 'char', length: 64 })
  sha256!: string;

  /** Bytes. */
  @Column({ type: 'bigint' })
  length!: number;

  /** Who signed the role. */
  @Column({ name: 'key_ids', type: 'jsonb' })
  keyIds!: string[];

  /** Of the role file. */
  @Column({ name: 'expiry_time', type: 'timestamptz' })
  expiryTime!: Date;

  /** When this name was first signed with this digest, in this role. */
  @Column({ name: 'signed_time', type: 'timestamptz' })
  signedTime!: Date;
}
