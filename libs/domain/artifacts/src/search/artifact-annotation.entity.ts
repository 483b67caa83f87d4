import { Entity, PrimaryColumn } from 'typeorm';

/** The hash of an annotation of an artifact, to find it by. Triggers of the schema keep it (ADR 0029). */
@Entity('artifact_annotation')
export class ArtifactAnnotation {
  /** `annotation_hash(key, value)` of the schema. */
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'artifact_annotation_pkey' })
  hash!: string;

  @PrimaryColumn({ name: 'artifact_id', type: 'bigint', primaryKeyConstraintName: 'artifact_annotation_pkey' })
  artifactId!: number;
}
