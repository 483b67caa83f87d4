import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ManifestContent } from '../artifact/manifest.entity';

/** An addition as it was read from the artifact's blobs, kept as long as its manifest: it never changes. */
@Entity('artifact_addition')
export class ArtifactAddition {
  @PrimaryColumn({ type: 'varchar', length: 160, collation: 'C', primaryKeyConstraintName: 'artifact_addition_pkey' })
  digest!: string;

  @ManyToOne(() => ManifestContent, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'digest', foreignKeyConstraintName: 'artifact_addition_digest_fkey' })
  manifest!: Relation<ManifestContent>;

  @PrimaryColumn({ type: 'varchar', length: 32, primaryKeyConstraintName: 'artifact_addition_pkey' })
  name!: string;

  /** Null: the artifact does not have it. */
  @Column({ type: 'bytea', nullable: true })
  content!: Buffer | null;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
