import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** Storage limit and use of a project, in bytes. The row is the lock under which usage changes. */
@Entity('quota')
@Index('quota_project_id_key', ['projectId'], { unique: true })
export class Quota {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'quota_pkey',
  })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  /** -1: unlimited. */
  @Column({ type: 'bigint', default: -1 })
  hard!: number;

  /** Distinct blobs and manifests that the project's artifacts reference. */
  @Column({ type: 'bigint', default: 0 })
  used!: number;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
