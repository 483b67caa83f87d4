import { Repository, TagHistory } from '@breakwater/artifacts';
import { Column, Entity, Index, JoinColumn, ManyToOne, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SigningStatus } from '../status/signing-status';

/** A tag left a signed digest for another one: until `dueTime` that may be signed as well. */
@Entity('signed_tag_move')
@Index('signed_tag_move_repository_id_idx', ['repositoryId'])
@Index('signed_tag_move_due_time_idx', ['dueTime'], { where: 'announced_time IS NULL' })
export class SignedTagMove {
  @PrimaryColumn({ name: 'move_id', type: 'bigint', primaryKeyConstraintName: 'signed_tag_move_pkey' })
  moveId!: number;

  @OneToOne(() => TagHistory, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'move_id', foreignKeyConstraintName: 'signed_tag_move_move_id_fkey' })
  move!: Relation<TagHistory>;

  @Column({ name: 'repository_id', type: 'bigint' })
  repositoryId!: number;

  @ManyToOne(() => Repository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'repository_id', foreignKeyConstraintName: 'signed_tag_move_repository_id_fkey' })
  repository!: Relation<Repository>;

  /** What was known of the tag when it moved: `signed`, or `stale` while that was being verified. */
  @Column({ name: 'old_status', type: 'varchar', length: 16 })
  oldStatus!: SigningStatus;

  @Column({ name: 'due_time', type: 'timestamptz' })
  dueTime!: Date;

  /** When it was told that nobody had signed it. Null: not known yet. */
  @Column({ name: 'announced_time', type: 'timestamptz', nullable: true })
  announcedTime!: Date | null;
}
