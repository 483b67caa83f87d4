import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Artifact } from './artifact.entity';

@Entity('tag')
@Index('tag_repository_id_name_key', ['repositoryId', 'name'], { unique: true })
@Index('tag_artifact_id_idx', ['artifactId'])
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

  @Column({ name: 'push_time', type: 'timestamptz', default: () => 'now()' })
  pushTime!: Date;

  @Column({ name: 'pull_time', type: 'timestamptz', nullable: true })
  pullTime!: Date | null;
}
