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
import { TrustRepository } from './trust-repository.entity';

/** A role file, byte for byte. Every version is kept: clients walk from the root that they know to the one in force. */
@Entity('trust_file')
@Index('trust_file_gun_role_version_key', ['gun', 'role', 'version'], { unique: true })
@Index('trust_file_gun_role_sha256_idx', ['gun', 'role', 'sha256'])
export class TrustFile {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'trust_file_pkey',
  })
  id!: number;

  @Column({ type: 'varchar', length: 512, collation: 'C' })
  gun!: string;

  @ManyToOne(() => TrustRepository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'gun', foreignKeyConstraintName: 'trust_file_gun_fkey' })
  trustRepository!: Relation<TrustRepository>;

  @Column({ type: 'varchar', length: 255, collation: 'C' })
  role!: string;

  @Column({ type: 'bigint' })
  version!: number;

  /** Hex. */
  @Column({ type: 'char', length: 64 })
  sha256!: string;

  @Column({ type: 'bytea' })
  data!: Buffer;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
