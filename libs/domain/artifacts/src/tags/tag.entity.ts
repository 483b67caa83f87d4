import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Artifact } from '../artifact/artifact.entity';

@Entity('tag')
@Index('tag_repository_id_name_key', ['repositoryId', 'name'], { unique: true })
@Index('tag_artifact_id_idx', ['artifactId'])
@Index('tag_repository_id_push_time_idx', ['repositoryId', 'pushTime', 'id'], { where: 'listed' })
@Index('tag_name_repository_id_idx', ['name', 'repositoryId'], { where: 'listed' })
// On expressions, which TypeORM does not know.
@Index('tag_repository_id_pull_time_idx', { synchronize: false })
@Index('tag_repository_id_version_idx', { synchronize: false })
export class Tag {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'tag_pkey',
  })
  id!: number;

  @Column({ name: 'repository_id', type: 'bigint' })
  repositoryId!: number;

  @Column({ name: 'artifact_id', type: 'bigint' })
  artifactId!: number;

  @ManyToOne(() => Artifact, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'artifact_id', foreignKeyConstraintName: 'tag_artifact_id_fkey' })
  artifact!: Relation<Artifact>;

  @Column({ type: 'varchar', length: 128, collation: 'C' })
  name!: string;

  /** Lists by tag show it: its artifact is nobody's accessory. Triggers of the schema keep it. */
  @Column({ type: 'boolean', default: true })
  listed!: boolean;

  @Column({ name: 'push_time', type: 'timestamptz', default: () => 'now()' })
  pushTime!: Date;

  @Column({ name: 'pull_time', type: 'timestamptz', nullable: true })
  pullTime!: Date | null;
}
