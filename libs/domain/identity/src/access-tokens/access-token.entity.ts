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
import type { TokenGrant } from '@breakwater/access';
import { User } from '../user.entity';

/** A secret that stands for a person, for as long and for as much as that person said. */
@Entity('access_token')
@Index('access_token_token_hash_key', ['tokenHash'], { unique: true })
@Index('access_token_user_id_name_key', ['userId', 'name'], { unique: true })
export class AccessToken {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'access_token_pkey',
  })
  id!: number;

  @Column({ name: 'user_id', type: 'bigint' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'access_token_user_id_fkey' })
  user!: Relation<User>;

  @Column({ type: 'varchar', length: 255 })
  name!: string;

  /** Keyed HMAC-SHA-256 of the generated token. */
  @Column({ name: 'token_hash', type: 'varchar', length: 128 })
  tokenHash!: string;

  /** Null: all that its owner may. */
  @Column({ type: 'jsonb', nullable: true })
  grants!: TokenGrant[] | null;

  /** Null: never. */
  @Column({ name: 'expiry_time', type: 'timestamptz', nullable: true })
  expiryTime!: Date | null;

  /** To the minute. */
  @Column({ name: 'last_used_time', type: 'timestamptz', nullable: true })
  lastUsedTime!: Date | null;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
