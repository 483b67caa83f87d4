import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A key that signs registry tokens. The newest that is not retired signs; all that are kept verify. */
@Entity('signing_key')
export class SigningKey {
  @PrimaryColumn({ type: 'varchar', length: 128, primaryKeyConstraintName: 'signing_key_pkey' })
  kid!: string;

  /** AES-256-GCM under a key derived from SECRET_KEY: 12 bytes nonce, 16 bytes tag, the PKCS#8 PEM. */
  @Column({ name: 'private_key', type: 'bytea' })
  privateKey!: Buffer;

  @Column({ name: 'public_jwk', type: 'jsonb' })
  publicJwk!: Record<string, string>;

  @Column({ name: 'retired_time', type: 'timestamptz', nullable: true })
  retiredTime!: Date | null;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
