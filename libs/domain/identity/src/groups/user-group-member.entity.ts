import { CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { User } from '../user.entity';
import { UserGroup } from './user-group.entity';

/** Somebody was in the group at the last sign-in. */
@Entity('user_group_member')
@Index('user_group_member_group_id_idx', ['groupId'])
export class UserGroupMember {
  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'user_group_member_pkey' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'user_group_member_user_id_fkey' })
  user!: Relation<User>;

  @PrimaryColumn({ name: 'group_id', type: 'bigint', primaryKeyConstraintName: 'user_group_member_pkey' })
  groupId!: number;

  @ManyToOne(() => UserGroup, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'group_id', foreignKeyConstraintName: 'user_group_member_group_id_fkey' })
  group!: Relation<UserGroup>;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
