import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** A group that an identity provider knows. Who is in it is learnt when somebody signs in. */
@Entity('user_group')
@Index('user_group_name_type_key', ['groupName', 'groupType'], { unique: true })
@Index('user_group_ldap_group_dn_key', ['ldapGroupDn'], { unique: true, where: "ldap_group_dn <> ''" })
export class UserGroup {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'user_group_pkey',
  })
  id!: number;

  @Column({ name: 'group_name', type: 'varchar', length: 255, collation: 'C' })
  groupName!: string;

  /** 1 LDAP, 2 HTTP, 3 OIDC. */
  @Column({ name: 'group_type', type: 'smallint' })
  groupType!: number;

  /** Of a group of LDAP, as its server writes it but in lower case; else empty. */
  @Column({ name: 'ldap_group_dn', type: 'varchar', length: 512, collation: 'C', default: '' })
  ldapGroupDn!: string;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
