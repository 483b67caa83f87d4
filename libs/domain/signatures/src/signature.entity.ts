import { Repository } from '@breakwater/artifacts';
import type { SignatureStatus, SignatureVerdict } from '@breakwater/kernel';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

const primaryKeyConstraintName = 'signature_pkey';

/**
 * What came of verifying one signature of one artifact. It counts only together with the row of `accessory` that says
 * that its manifest is a signature of that artifact: what is deleted, and what was deleted and is back, needs no writing.
 */
@Entity('signature')
@Index('signature_artifact_id_idx', ['artifactId'])
@Index('signature_recheck_time_idx', ['recheckTime'], { where: 'recheck_time IS NOT NULL' })
export class Signature {
  @PrimaryColumn({ name: 'repository_id', type: 'bigint', primaryKeyConstraintName })
  repositoryId!: number;

  @ManyToOne(() => Repository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'repository_id', foreignKeyConstraintName: 'signature_repository_id_fkey' })
  repository!: Relation<Repository>;

  /** What is signed. */
  @PrimaryColumn({
    name: 'subject_digest',
    type: 'varchar',
    length: 160,
    collation: 'C',
    primaryKeyConstraintName,
  })
  subjectDigest!: string;

  /** The artifact that holds the signature. No foreign key: rows of what was deleted tell whose signatures they were. */
  @PrimaryColumn({ name: 'artifact_id', type: 'bigint', primaryKeyConstraintName })
  artifactId!: number;

  /** Among the signatures of that artifact: Cosign's tags hold many. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName })
  position!: number;

  @Column({ type: 'varchar', length: 16 })
  system!: 'notation' | 'cosign';

  @Column({ type: 'varchar', length: 32 })
  status!: SignatureStatus;

  /** Names of the settings that the signer was found by. */
  @Column({ name: 'trusted_by', type: 'jsonb' })
  trustedBy!: string[];

  /** The whole of it; columns repeat what lists need. */
  @Column({ type: 'jsonb' })
  verdict!: SignatureVerdict;

  /** Of the project's trust policy that it was verified with. */
  @Column({ name: 'policy_version', type: 'bigint' })
  policyVersion!: number;

  @Column({ name: 'verified_time', type: 'timestamptz' })
  verifiedTime!: Date;

  /** From then on time alone can have changed it. */
  @Column({ name: 'recheck_time', type: 'timestamptz', nullable: true })
  recheckTime!: Date | null;
}
