import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** What private keys are sealed with. The newest seals; all that are kept open. */
@Entity('signer_wrapping_key')
export class WrappingKey {
  @PrimaryColumn({ type: 'varchar', length: 64, primaryKeyConstraintName: 'signer_wrapping_key_pkey' })
  id!: string;

  /** Tells which SIGNER_KEY it is sealed under, and nothing about it. */
  @Column({ name: 'secret_id', type: 'varchar', length: 64 })
  secretId!: string;

  /** AES-256-GCM under a key derived from that SIGNER_KEY: 32 random bytes in base64. */
  @Column({ name: 'sealed_key', type: 'bytea' })
  sealedKey!: Buffer;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
