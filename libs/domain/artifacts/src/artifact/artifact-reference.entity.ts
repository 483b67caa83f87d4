import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Artifact } from './artifact.entity';

/** A child of an index. A child that is not stored here (a sparse index) has no row. */
@Entity('artifact_reference')
@Index('artifact_reference_child_id_idx', ['childId'])
export class ArtifactReference {
  @PrimaryColumn({ name: 'parent_id', type: 'bigint', primaryKeyConstraintName: 'artifact_reference_pkey' })
  parentId!: number;

  @ManyToOne(() => Artifact, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'parent_id', foreignKeyConstraintName: 'artifact_reference_parent_id_fkey' })
  parent!: Relation<Artifact>;

  @PrimaryColumn({ name: 'child_id', type: 'bigint', primaryKeyConstraintName: 'artifact_reference_pkey' })
  childId!: number;

  @ManyToOne(() => Artifact)
  @JoinColumn({ name: 'child_id', foreignKeyConstraintName: 'artifact_reference_child_id_fkey' })
  child!: Relation<Artifact>;

  @Column({ name: 'child_digest', type: 'varchar', length: 160, collation: 'C' })
  childDigest!: string;

  @Column({ type: 'jsonb', nullable: true })
  platform!: Record<string, unknown> | null;

  @Column({ type: 'jsonb', nullable: true })
  urls!: string[] | null;

  @Column({ type: 'jsonb', nullable: true })
  annotations!: Record<string, string> | null;
}
