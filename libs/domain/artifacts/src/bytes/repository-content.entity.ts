import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A blob that artifacts of a repository name, and how many of them. Triggers of the schema keep it (ADR 0029). */
@Entity('repository_content')
@Index('repository_content_repository_id_idx', ['repositoryId'])
export class RepositoryContent {
  @PrimaryColumn({ name: 'project_id', type: 'bigint', primaryKeyConstraintName: 'repository_content_pkey' })
  projectId!: number;

  @PrimaryColumn({ name: 'blob_id', type: 'bigint', primaryKeyConstraintName: 'repository_content_pkey' })
  blobId!: number;

  @PrimaryColumn({ name: 'repository_id', type: 'bigint', primaryKeyConstraintName: 'repository_content_pkey' })
  repositoryId!: number;

  @Column({ type: 'integer' })
  artifacts!: number;
}
