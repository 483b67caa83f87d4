import { Injectable } from '@nestjs/common';
import { isRoleId, permissionsOfRole } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { MembersRepository, type Member } from './members.repository';
import { ProjectsRepository } from './projects.repository';

/** Whom to add: the first of these that is set counts, in this order (management-platform.md section 1.7). */
export interface NewMember {
  roleId: number;
  userId?: number;
  username?: string;
  /** Set when the request names a group in any way. */
  group?: boolean;
}

/** Who has which role in a project. */
@Injectable()
export class MembersService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly projects: ProjectsRepository,
  ) {}

  list(
    projectId: number,
    options: { entityName?: string; page: number; pageSize: number },
  ): Promise<{ items: Member[]; total: number }> {
    return this.members.list(projectId, options);
  }

  /** Throws NOT_FOUND. */
  async get(projectId: number, id: number): Promise<Member> {
    const member = await this.members.find(projectId, id);
    if (!member) throw new AppError('NOT_FOUND', `project member ${id} not found`);
    return member;
  }

  /** Answers the member's id. Throws BAD_REQUEST, NOT_FOUND (no such user), CONFLICT (a member already). */
  async add(projectId: number, member: NewMember): Promise<number> {
    assertRole(member.roleId);
    const userId = await this.resolveUser(member);
    const id = await this.members.insert({ projectId, entityType: 'u', entityId: userId, roleId: member.roleId });
    if (id === undefined)
      throw new AppError('CONFLICT', 'The project member already exists', { reason: 'member.exists' });
    return id;
  }

  /** Throws BAD_REQUEST, NOT_FOUND. */
  async update(projectId: number, id: number, roleId: number): Promise<void> {
    assertRole(roleId);
    await this.database.transaction(async () => {
      const member = await this.get(projectId, id);
      await this.members.setRole(member, roleId);
      if (shrinks(member.roleId, roleId)) await this.projects.raiseEpoch(projectId);
    });
  }

  /** Throws NOT_FOUND. */
  async delete(projectId: number, id: number): Promise<void> {
    await this.database.transaction(async () => {
      await this.members.delete(await this.get(projectId, id));
      await this.projects.raiseEpoch(projectId);
    });
  }

  /** Whether the user is project administrator of any project. */
  isAdminSomewhere(userId: number): Promise<boolean> {
    return this.members.isAdminSomewhere(userId);
  }

  private async resolveUser({ userId, username, group }: NewMember): Promise<number> {
    if (userId !== undefined) return this.findUser({ id: userId }, `user ${userId} not found`);
    if (username && !group) return this.findUser({ username }, `user ${username.slice(0, 255)} not found`);
    if (group)
      throw new AppError('BAD_REQUEST', 'groups cannot be members yet: name a user by user_id or username', {
        reason: 'member.group.unsupported',
      });
    throw new AppError('BAD_REQUEST', 'member_user must hold a user_id or a username', {
      reason: 'member.user.missing',
    });
  }

  private async findUser(by: { id: number } | { username: string }, problem: string): Promise<number> {
    const id = await this.members.findUser(by);
    if (id === undefined) throw new AppError('NOT_FOUND', problem, { reason: 'user.unknown' });
    return id;
  }
}

function assertRole(roleId: number): void {
  if (!isRoleId(roleId))
    throw new AppError('BAD_REQUEST', 'role_id must be one of 1, 2, 3, 4, 5', { reason: 'member.role.invalid' });
}

/** Whether the new role lacks something that the old one had. */
function shrinks(oldRole: number, newRole: number): boolean {
  const after = permissionsOfRole(newRole);
  return [...permissionsOfRole(oldRole)].some((permission) => !after.has(permission));
}
