import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A manifest's bytes, exactly as pushed, once for the whole platform (ADR 0011). */
@Entity('manifest')
export class ManifestContent {
  @PrimaryColumn({ type: 'varchar', length: 160, collation: 'C', primaryKeyConstraintName: 'manifest_pkey' })
  digest!: string;

  @Column({ type: 'bytea' })
  payload!: Buffer;

  @Column({ type: 'integer' })
  size!: number;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
