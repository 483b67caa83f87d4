import { Project } from '@breakwater/projects';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ScannerRegistration } from './scanner-registration.entity';

/** The scanner that a project chose; without a row it uses the default. */
@Entity('project_scanner')
@Index('project_scanner_scanner_uuid_idx', ['scannerUuid'])
export class ProjectScanner {
  @PrimaryColumn({ name: 'project_id', type: 'bigint', primaryKeyConstraintName: 'project_scanner_pkey' })
  projectId!: number;

  @Column({ name: 'scanner_uuid', type: 'uuid' })
  scannerUuid!: string;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'project_scanner_project_id_fkey' })
  project!: Relation<Project>;

  @ManyToOne(() => ScannerRegistration, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'scanner_uuid', foreignKeyConstraintName: 'project_scanner_scanner_uuid_fkey' })
  scanner!: Relation<ScannerRegistration>;
}
