import { Injectable } from '@nestjs/common';
import { isRoleId, permissionsOfRole } from '@breakwater/access';
import { GroupsService, groupTypes } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { MembersRepository, type Member } from './members.repository';
import type { ProjectMember } from './project-member.entity';
import { ProjectsRepository } from './projects.repository';

/** Whom to add: the first of these that is set counts, in this order (management-platform.md section 1.7). */
export interface NewMember {
  roleId: number;
  userId?: number;
  username?: string;
  groupId?: number;
  ldapGroupDn?: string;
  groupName?: string;
  /** Beside `groupName`: 2 HTTP, 3 OIDC. */
  groupType?: number;
}

/** Who has which role in a project. */
@Injectable()
export class MembersService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly projects: ProjectsRepository,
    private readonly groups: GroupsService,
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

  /** Answers the member's id. Throws BAD_REQUEST, NOT_FOUND (no such user or group), CONFLICT (a member already). */
  async add(projectId: number, member: NewMember): Promise<number> {
    assertRole(member.roleId);
    const id = await this.members.insert({ projectId, ...(await this.resolve(member)), roleId: member.roleId });
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

  /** No project keeps the group. Throws NOT_FOUND. */
  removeGroup(groupId: number): Promise<void> {
    return this.database.transaction(async () => {
      await this.members.deleteGroup(groupId);
      await this.groups.remove(groupId);
    });
  }

  /** In the order of management-platform.md section 1.7: the first that is given counts. */
  private async resolve(member: NewMember): Promise<Pick<ProjectMember, 'entityType' | 'entityId'>> {
    const { userId, groupId, username } = member;
    if (userId !== undefined)
      return { entityType: 'u', entityId: await this.findUser({ id: userId }, `user ${userId} not found`) };
    if (groupId !== undefined) return { entityType: 'g', entityId: (await this.groups.get(groupId)).id };
    if (username)
      return {
        entityType: 'u',
        entityId: await this.findUser({ username }, `user ${username.slice(0, 255)} not found`),
      };
    return { entityType: 'g', entityId: await this.ensureGroup(member) };
  }

  /** A group may be given a role before anybody of it has signed in. */
  private ensureGroup({ ldapGroupDn, groupName, groupType }: NewMember): Promise<number> {
    if (ldapGroupDn)
      return this.groups.ensure({ groupType: groupTypes.ldap, groupName: groupName ?? ldapGroupDn, ldapGroupDn });
    if (groupName) return this.groups.ensure({ groupType: groupType ?? groupTypes.oidc, groupName, ldapGroupDn: '' });
    throw new AppError('BAD_REQUEST', 'member_user or member_group must say who', { reason: 'member.user.missing' });
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
