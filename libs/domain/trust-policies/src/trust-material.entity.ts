import { Project } from '@breakwater/projects';
import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import type { MaterialDetails, MaterialKind } from './trust-material';

/** A certificate, a key or a trusted root that somebody uploaded for a project. */
@Entity('trust_material')
@Index('trust_material_project_id_kind_thumbprint_key', ['projectId', 'kind', 'thumbprint'], { unique: true })
export class TrustMaterial {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'trust_material_pkey',
  })
  id!: number;

  @Column({ name: 'project_id', type: 'bigint' })
  projectId!: number;

  @ManyToOne(() => Project, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'trust_material_project_id_fkey' })
  project!: Relation<Project>;

  @Column({ type: 'varchar', length: 32 })
  kind!: MaterialKind;

  /** Of the store or the key. */
  @Column({ type: 'varchar', length: 128, collation: 'C' })
  name!: string;

  /** PEM, or JSON. Never a private key. */
  @Column({ type: 'text' })
  content!: string;

  /** SHA-256 in hex: of the certificate, of a key's SPKI, of the JSON. */
  @Column({ type: 'char', length: 64 })
  thumbprint!: string;

  @Column({ type: 'jsonb' })
  details!: MaterialDetails;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
