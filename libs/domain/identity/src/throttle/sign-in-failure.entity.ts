import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How often a sign-in failed lately, for an account, a network, or both together. */
@Entity('sign_in_failure')
@Index('sign_in_failure_failure_time_idx', ['failureTime'])
export class SignInFailure {
  /** A keyed digest: people type passwords where their name belongs. */
  @PrimaryColumn({ type: 'varchar', length: 64, collation: 'C', primaryKeyConstraintName: 'sign_in_failure_pkey' })
  key!: string;

  @Column({ type: 'integer' })
  failures!: number;

  /** Of the last one. */
  @Column({ name: 'failure_time', type: 'timestamptz' })
  failureTime!: Date;
}
