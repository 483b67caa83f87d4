import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** none: live · deleting: being removed · deletefailed: removal failed, its bytes cannot be relied on. */
export type BlobStatus = 'none' | 'deleting' | 'deletefailed';

/** A blob on stable storage. A row without its bytes must never exist; `status` and `version` are the GC's locks. */
@Entity('blob')
@Index('blob_digest_key', ['digest'], { unique: true })
@Index('blob_not_live_idx', ['id'], { where: `status <> 'none'` })
export class Blob {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'blob_pkey',
  })
  id!: number;

  @Column({ type: 'varchar', length: 160, collation: 'C' })
  digest!: string;

  @Column({ type: 'bigint' })
  size!: number;

  @Column({ type: 'varchar', length: 16, default: 'none' })
  status!: BlobStatus;

  @Column({ type: 'integer', default: 0 })
  version!: number;

  /** Null: the path that distribution's layout gives the digest. */
  @Column({ name: 'storage_key', type: 'varchar', length: 512, nullable: true })
  storageKey!: string | null;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  /** Last time someone was told that the blob exists. */
  @Column({ name: 'update_time', type: 'timestamptz', default: () => 'now()' })
  updateTime!: Date;
}
