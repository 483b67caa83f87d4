import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { SealedCredential } from './scanner-credentials';

/** A scanner behind an adapter that speaks the pluggable scanner API. */
@Entity('scanner_registration')
@Index('scanner_registration_name_key', ['name'], { unique: true })
@Index('scanner_registration_url_key', ['url'], { unique: true })
@Index('scanner_registration_is_default_key', ['isDefault'], { unique: true, where: 'is_default' })
export class ScannerRegistration {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'scanner_registration_pkey' })
  uuid!: string;

  @Column({ type: 'varchar', length: 128, collation: 'C' })
  name!: string;

  @Column({ type: 'varchar', length: 1024, default: '' })
  description!: string;

  /** Its API is at `<url>/api/v1`. */
  @Column({ type: 'varchar', length: 512, collation: 'C' })
  url!: string;

  /** How the platform shows who it is; empty: not at all. */
  @Column({ type: 'varchar', length: 32, default: '' })
  auth!: string;

  @Column({ name: 'sealed_credential', type: 'jsonb', nullable: true })
  sealedCredential!: SealedCredential | null;

  @Column({ type: 'boolean', default: false })
  disabled!: boolean;

  /** One at most: for projects that chose none. */
  @Column({ name: 'is_default', type: 'boolean', default: false })
  isDefault!: boolean;

  @Column({ name: 'skip_cert_verify', type: 'boolean', default: false })
  skipCertVerify!: boolean;

  /** The scanner pulls from the platform's internal address. */
  @Column({ name: 'use_internal_addr', type: 'boolean', default: false })
  useInternalAddr!: boolean;

  /** The platform's own: nobody changes or deletes it. */
  @Column({ type: 'boolean', default: false })
  immutable!: boolean;

  @CreateDateColumn({ name: 'create_time', type: 'timestamptz' })
  createTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
