import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Artifact } from './artifact.entity';
import { Blob } from '../blobs/blob.entity';

/** A blob that an artifact's manifest names. */
@Entity('artifact_blob')
@Index('artifact_blob_blob_id_idx', ['blobId'])
export class ArtifactBlob {
  @PrimaryColumn({ name: 'artifact_id', type: 'bigint', primaryKeyConstraintName: 'artifact_blob_pkey' })
  artifactId!: number;

  @PrimaryColumn({ name: 'blob_id', type: 'bigint', primaryKeyConstraintName: 'artifact_blob_pkey' })
  blobId!: number;

  @ManyToOne(() => Artifact, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'artifact_id', foreignKeyConstraintName: 'artifact_blob_artifact_id_fkey' })
  artifact!: Relation<Artifact>;

  @ManyToOne(() => Blob)
  @JoinColumn({ name: 'blob_id', foreignKeyConstraintName: 'artifact_blob_blob_id_fkey' })
  blob!: Relation<Blob>;
}
