import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { Artifact } from './artifact.entity';

/** An artifact that says something of another: a signature, an SBOM, … The subject may be pushed after it, or never. */
@Entity('accessory')
@Index('accessory_artifact_id_subject_digest_key', ['artifactId', 'subjectDigest'], { unique: true })
@Index('accessory_repository_id_subject_digest_idx', ['repositoryId', 'subjectDigest'])
export class Accessory {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'accessory_pkey',
  })
  id!: number;

  @Column({ name: 'artifact_id', type: 'bigint' })
  artifactId!: number;

  @ManyToOne(() => Artifact, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'artifact_id', foreignKeyConstraintName: 'accessory_artifact_id_fkey' })
  artifact!: Relation<Artifact>;

  @Column({ name: 'repository_id', type: 'bigint' })
  repositoryId!: number;

  @Column({ name: 'subject_digest', type: 'varchar', length: 160, collation: 'C' })
  subjectDigest!: string;

  /** `signature.cosign`, `signature.notation`, `sbom.harbor`, `subject.accessory`, … */
  @Column({ type: 'varchar', length: 256 })
  type!: string;

  @Column({ type: 'varchar', length: 50, default: 'local' })
  source!: string;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
