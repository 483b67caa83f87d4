import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { WrappingKey } from './wrapping-key.entity';

/** A key that signs one role of one trusted repository. It waits until it is used once; then another may follow it. */
@Entity('signer_key')
@Index('signer_key_gun_role_idx', ['gun', 'role'])
@Index('signer_key_waiting_key', ['gun', 'role'], { unique: true, where: 'last_used_time IS NULL' })
export class SignerKey {
  /** As in metadata: SHA-256 of the public key's canonical JSON. */
  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 64, primaryKeyConstraintName: 'signer_key_pkey' })
  keyId!: string;

  @Column({ type: 'varchar', length: 512 })
  gun!: string;

  @Column({ type: 'varchar', length: 16 })
  role!: string;

  @Column({ type: 'varchar', length: 16 })
  algorithm!: string;

  /** DER, SPKI. */
  @Column({ name: 'public_key', type: 'bytea' })
  publicKey!: Buffer;

  /** AES-256-GCM (nonce, tag, PKCS#8 PEM) under a key made of the wrapping key, the key's id, GUN and role. */
  @Column({ name: 'sealed_key', type: 'bytea' })
  sealedKey!: Buffer;

  @Column({ name: 'wrapping_key_id', type: 'varchar', length: 64 })
  wrappingKeyId!: string;

  @ManyToOne(() => WrappingKey)
  @JoinColumn({ name: 'wrapping_key_id', foreignKeyConstraintName: 'signer_key_wrapping_key_id_fkey' })
  wrappingKey!: Relation<WrappingKey>;

  @Column({ name: 'last_used_time', type: 'timestamptz', nullable: true })
  lastUsedTime!: Date | null;

  /** When somebody was told of it last while it waited: a root that names it may be on its way. */
  @Column({ name: 'offered_time', type: 'timestamptz', default: () => 'now()' })
  offeredTime!: Date;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
