import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { WrappingKey } from './wrapping-key.entity';

/** A key that signs one role of one trusted repository. It waits until it is used once; then another may follow it. */
@Entity('signer_key')
@Check(
  'signer_key_home_check',
  `num_nulls("sealed_key", "wrapping_key_id") = CASE WHEN "token" IS NULL THEN 0 ELSE 2 END
   AND num_nulls("token", "token_key_id") IN (0, 2)`,
)
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
  @Column({ name: 'sealed_key', type: 'bytea', nullable: true })
  sealedKey!: Buffer | null;

  @Column({ name: 'wrapping_key_id', type: 'varchar', length: 64, nullable: true })
  wrappingKeyId!: string | null;

  @ManyToOne(() => WrappingKey, { nullable: true })
  @JoinColumn({ name: 'wrapping_key_id', foreignKeyConstraintName: 'signer_key_wrapping_key_id_fkey' })
  wrappingKey!: Relation<WrappingKey> | null;

  /** Label of the PKCS#11 token that the private key lives in; null: it is sealed here. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  token!: string | null;

  /** CKA_ID of the private key in that token. */
  @Column({ name: 'token_key_id', type: 'bytea', nullable: true })
  tokenKeyId!: Buffer | null;

  @Column({ name: 'last_used_time', type: 'timestamptz', nullable: true })
  lastUsedTime!: Date | null;

  /** When somebody was told of it last while it waited: a root that names it may be on its way. */
  @Column({ name: 'offered_time', type: 'timestamptz', default: () => 'now()' })
  offeredTime!: Date;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}

/** Where the private part of a key lives. */
export type KeyHome = Pick<SignerKey, 'sealedKey' | 'wrappingKeyId' | 'token' | 'tokenKeyId'>;

/** A key whose private part is in its row. */
export type SealedKey = SignerKey & { sealedKey: Buffer; wrappingKey: WrappingKey };
/** A key whose private part is in a token. */
export type KeyInToken = Pick<SignerKey, 'keyId' | 'publicKey'> & { token: string; tokenKeyId: Buffer };

export const isSealed = (key: SignerKey): key is SealedKey => key.sealedKey !== null && key.wrappingKey !== null;
export const isInToken = <K extends Pick<SignerKey, 'token' | 'tokenKeyId'>>(
  key: K,
): key is K & { token: string; tokenKeyId: Buffer } => key.token !== null && key.tokenKeyId !== null;
