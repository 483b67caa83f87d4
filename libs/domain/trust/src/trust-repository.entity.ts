import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** A name under which trust data was published: `registry.example.com/library/app`. */
@Entity('trust_repository')
@Index('trust_repository_repository_idx', ['repository'])
@Index('trust_repository_refresh_time_idx', ['refreshTime'])
export class TrustRepository {
  /** As clients sent it (decision 19). */
  @PrimaryColumn({ type: 'varchar', length: 512, collation: 'C', primaryKeyConstraintName: 'trust_repository_pkey' })
  gun!: string;

  /** The repository here; null when the host before it is none of ours. */
  @Column({ type: 'varchar', length: 255, collation: 'C', nullable: true })
  repository!: string | null;

  /** Ids of the root's keys: as metadata has them, and as clients show them. */
  @Column({ name: 'root_key_ids', type: 'jsonb' })
  rootKeyIds!: string[];

  /** When the first of what the server signs expires. */
  @Column({ name: 'refresh_time', type: 'timestamptz' })
  refreshTime!: Date;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
