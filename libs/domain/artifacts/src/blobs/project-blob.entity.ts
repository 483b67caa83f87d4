import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Blob } from './blob.entity';

/** A blob that some artifact of the project references: what its quota counts. */
@Entity('project_blob')
@Index('project_blob_blob_id_idx', ['blobId'])
export class ProjectBlob {
  @PrimaryColumn({ name: 'project_id', type: 'bigint', primaryKeyConstraintName: 'project_blob_pkey' })
  projectId!: number;

  @PrimaryColumn({ name: 'blob_id', type: 'bigint', primaryKeyConstraintName: 'project_blob_pkey' })
  blobId!: number;

  @ManyToOne(() => Blob)
  @JoinColumn({ name: 'blob_id', foreignKeyConstraintName: 'project_blob_blob_id_fkey' })
  blob!: Relation<Blob>;
}
