import { CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Blob } from './blob.entity';
import { Repository } from '../repository/repository.entity';

/** A blob that was pushed or mounted into a repository: the only ones that can be pulled from it. */
@Entity('repository_blob')
@Index('repository_blob_blob_id_idx', ['blobId'])
export class RepositoryBlob {
  @PrimaryColumn({ name: 'repository_id', type: 'bigint', primaryKeyConstraintName: 'repository_blob_pkey' })
  repositoryId!: number;

  @PrimaryColumn({ name: 'blob_id', type: 'bigint', primaryKeyConstraintName: 'repository_blob_pkey' })
  blobId!: number;

  @ManyToOne(() => Repository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'repository_id', foreignKeyConstraintName: 'repository_blob_repository_id_fkey' })
  repository!: Relation<Repository>;

  @ManyToOne(() => Blob)
  @JoinColumn({ name: 'blob_id', foreignKeyConstraintName: 'repository_blob_blob_id_fkey' })
  blob!: Relation<Blob>;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
