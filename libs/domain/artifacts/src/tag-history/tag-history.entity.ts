import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Who moved which tag from what to what, when, from where. Kept when tag and artifact are gone. */
@Entity('tag_history')
@Index('tag_history_repository_id_name_idx', ['repositoryId', 'name', 'id'])
@Index('tag_history_repository_id_creation_time_idx', ['repositoryId', 'creationTime', 'id'])
export class TagHistory {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'tag_history_pkey',
  })
  id!: number;

  @Column({ name: 'repository_id', type: 'bigint' })
  repositoryId!: number;

  @Column({ type: 'varchar', length: 128, collation: 'C' })
  name!: string;

  /** Null: the tag was created. */
  @Column({ name: 'old_digest', type: 'varchar', length: 160, nullable: true })
  oldDigest!: string | null;

  /** Null: the tag was deleted. */
  @Column({ name: 'new_digest', type: 'varchar', length: 160, nullable: true })
  newDigest!: string | null;

  /** Name of the user or robot. */
  @Column({ type: 'varchar', length: 512 })
  actor!: string;

  @Column({ name: 'source_address', type: 'varchar', length: 64, default: '' })
  sourceAddress!: string;

  @Column({ name: 'user_agent', type: 'varchar', length: 255, default: '' })
  userAgent!: string;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
