import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

/** A blob upload in progress: resumable on any replica, until it expires. */
@Entity('upload_session')
@Index('upload_session_expiry_time_idx', ['expiryTime'])
@Index('upload_session_project_id_idx', ['projectId'])
export class UploadSession {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'upload_session_pkey' })
  id!: string;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @Column({ name: 'repository_name', type: 'varchar', length: 255, collation: 'C' })
  repositoryName!: string;

  /** Bytes received so far. */
  @Column({ name: 'received_bytes', type: 'bigint', default: 0 })
  receivedBytes!: number;

  @Column({ type: 'varchar', length: 16, default: 'sha256' })
  algorithm!: string;

  /** Digest, in `algorithm`, of the bytes received so far, and the boot it was made in: lets the closing PUT land on any replica without re-reading. */
  @Column({ name: 'digest_so_far', type: 'varchar', length: 200, nullable: true })
  digestSoFar!: string | null;

  /** Not written any more; it goes with a later release, when none is left that writes it. */
  @Column({ name: 'storage_state', type: 'text', nullable: true })
  storageState!: string | null;

  /** The request that is writing now; it renews `writer_time` while it does. */
  @Column({ type: 'uuid', nullable: true })
  writer!: string | null;

  @Column({ name: 'writer_time', type: 'timestamptz', nullable: true })
  writerTime!: Date | null;

  @Column({ name: 'expiry_time', type: 'timestamptz' })
  expiryTime!: Date;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
