import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** A person with an account. Deleted accounts keep their row, for the audit log, under another name. */
@Entity('user_account')
@Index('user_account_username_key', ['username'], { unique: true })
@Index('user_account_email_key', ['email'], { unique: true })
@Index('user_account_realname_idx', ['realname'])
@Index('user_account_creation_time_idx', ['creationTime'])
@Index('user_account_listed_idx', ['username', 'id'], { where: 'NOT deleted' })
@Index('user_account_sysadmin_idx', ['username', 'id'], { where: 'sysadmin AND NOT deleted' })
export class User {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'user_account_pkey',
  })
  id!: number;

  @Column({ type: 'varchar', length: 255, collation: 'C' })
  username!: string;

  @Column({ type: 'varchar', length: 255, nullable: true })
  email!: string | null;

  @Column({ type: 'varchar', length: 255, default: '' })
  realname!: string;

  @Column({ type: 'varchar', length: 255, default: '' })
  comment!: string;

  /** `argon2id` in PHC form, or a form taken over from Harbor that is re-hashed at login. */
  @Column({ name: 'password_hash', type: 'varchar', length: 512 })
  passwordHash!: string;

  @Column({ type: 'boolean', default: false })
  sysadmin!: boolean;

  @Column({ type: 'boolean', default: false })
  deleted!: boolean;

  /** Raised whenever tokens issued so far must stop counting: password change, deletion, loss of admin rights. */
  @Column({ type: 'integer', default: 0 })
  epoch!: number;

  /** Raised with the password, and with deletion: sessions that began before are over. */
  @Column({ name: 'password_epoch', type: 'integer', default: 0 })
  passwordEpoch!: number;

  /** Administrator through a group of the identity provider, as of the last sign-in. */
  @Column({ name: 'admin_in_auth', type: 'boolean', default: false })
  adminInAuth!: boolean;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
