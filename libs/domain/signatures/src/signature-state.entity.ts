import { Repository } from '@breakwater/artifacts';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SigningStatus } from './status/signing-status';

const primaryKeyConstraintName = 'signature_state_pkey';

/**
 * What was announced last of a digest, so that exactly what changes is announced. No row: unsigned. Nobody is answered
 * from it.
 */
@Entity('signature_state')
export class SignatureState {
  @PrimaryColumn({ name: 'repository_id', type: 'bigint', primaryKeyConstraintName })
  repositoryId!: number;

  @ManyToOne(() => Repository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'repository_id', foreignKeyConstraintName: 'signature_state_repository_id_fkey' })
  repository!: Relation<Repository>;

  @PrimaryColumn({ type: 'varchar', length: 160, collation: 'C', primaryKeyConstraintName })
  digest!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: SigningStatus;

  /** Indexes whose signatures counted. */
  @Column({ name: 'inherited_from', type: 'jsonb', default: () => "'[]'" })
  inheritedFrom!: string[];

  @Column({ name: 'update_time', type: 'timestamptz', default: () => 'now()' })
  updateTime!: Date;
}
