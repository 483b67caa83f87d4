import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** The unit of access, quota and policy; the first part of every repository's name. */
@Entity('project')
@Index('project_name_key', ['name'], { unique: true })
@Index('project_owner_id_idx', ['ownerId'])
export class Project {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'project_pkey',
  })
  id!: number;

  @Column({ type: 'varchar', length: 255, collation: 'C' })
  name!: string;

  @Column({ name: 'owner_id', type: 'bigint' })
  ownerId!: number;

  /** Anyone may pull. Part of the project's metadata in the API. */
  @Column({ type: 'boolean', default: false })
  public!: boolean;

  /** The upstream of a proxy-cache project. */
  @Column({ name: 'registry_id', type: 'bigint', nullable: true })
  registryId!: number | null;

  /** Raised when someone loses rights here: tokens issued before stop counting for this project. */
  @Column({ type: 'integer', default: 0 })
  epoch!: number;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
