import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Blob } from '../blobs/blob.entity';
import { DeletedArtifact } from './deleted-artifact.entity';

/** A blob that a deleted artifact needs to be restored. */
@Entity('deleted_artifact_blob')
@Index('deleted_artifact_blob_blob_id_idx', ['blobId'])
export class DeletedArtifactBlob {
  @PrimaryColumn({
    name: 'deleted_artifact_id',
    type: 'bigint',
    primaryKeyConstraintName: 'deleted_artifact_blob_pkey',
  })
  deletedArtifactId!: number;

  @PrimaryColumn({ name: 'blob_id', type: 'bigint', primaryKeyConstraintName: 'deleted_artifact_blob_pkey' })
  blobId!: number;

  @ManyToOne(() => DeletedArtifact, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'deleted_artifact_id',
    foreignKeyConstraintName: 'deleted_artifact_blob_deleted_artifact_id_fkey',
  })
  deletedArtifact!: Relation<DeletedArtifact>;

  @ManyToOne(() => Blob)
  @JoinColumn({ name: 'blob_id', foreignKeyConstraintName: 'deleted_artifact_blob_blob_id_fkey' })
  blob!: Relation<Blob>;
}
