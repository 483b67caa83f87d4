import { CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Artifact } from '../artifact/artifact.entity';
import { Label } from './label.entity';

/** An artifact carries a label. */
@Entity('label_reference')
@Index('label_reference_artifact_id_idx', ['artifactId'])
export class LabelReference {
  @PrimaryColumn({ name: 'label_id', type: 'bigint', primaryKeyConstraintName: 'label_reference_pkey' })
  labelId!: number;

  @ManyToOne(() => Label, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'label_id', foreignKeyConstraintName: 'label_reference_label_id_fkey' })
  label!: Relation<Label>;

  @PrimaryColumn({ name: 'artifact_id', type: 'bigint', primaryKeyConstraintName: 'label_reference_pkey' })
  artifactId!: number;

  @ManyToOne(() => Artifact, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'artifact_id', foreignKeyConstraintName: 'label_reference_artifact_id_fkey' })
  artifact!: Relation<Artifact>;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
