import { Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { CredentialCache } from '../credential-cache';
import { orConflict } from '../users.service';
import { normaliseGroup, normaliseGroupName, type NewGroup } from './group-rules';
import { GroupsRepository, type GroupFilter, type GroupRow } from './groups.repository';

/** What an identity provider says of somebody who signs in. */
export interface ProvidedGroups {
  groupType: number;
  groups: readonly Omit<NewGroup, 'groupType'>[];
  /** Whether one of them makes a system administrator. */
  admin: boolean;
}

/** Groups of people. Whoever calls has checked that the caller may. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly cache: CredentialCache,
  ) {}

  /** Throws NOT_FOUND. */
  async get(id: number): Promise<GroupRow> {
    const group = await this.groups.find(id);
    if (!group) throw notFound(id);
    return group;
  }

  list(
    filter: GroupFilter,
    paging: Pick<ListOptions, 'page' | 'pageSize'>,
  ): Promise<{ items: GroupRow[]; total: number }> {
    const ldapGroupDn = filter.ldapGroupDn?.trim().toLowerCase();
    return this.groups.list({ ...filter, ldapGroupDn }, paging);
  }

  /** Answers the id. Throws BAD_REQUEST, CONFLICT. */
  async create(group: NewGroup): Promise<number> {
    const normal = normaliseGroup(group);
    const id = await this.groups.insert(normal);
    if (id === undefined) throw taken(normal);
    return id;
  }

  /** The id of the group, which is made when it is not there. Throws BAD_REQUEST, CONFLICT. */
  async ensure(group: NewGroup): Promise<number> {
    const normal = normaliseGroup(group);
    const id = (await this.groups.findSame(normal)) ?? (await this.groups.insert(normal));
    // Somebody else may have made it in between.
    const found = id ?? (await this.groups.findSame(normal));
    if (found === undefined) throw taken(normal);
    return found;
  }

  /** Only the name can change. Throws BAD_REQUEST, NOT_FOUND, CONFLICT. */
  async rename(id: number, name: string): Promise<void> {
    const normal = normaliseGroupName(name);
    if (!(await orConflict(() => this.groups.rename(id, normal), `user group ${normal}`))) throw notFound(id);
  }

  /** Call in the transaction that takes the group out of projects. Throws NOT_FOUND. */
  async remove(id: number): Promise<void> {
    if (!(await this.groups.delete(id))) throw notFound(id);
  }

  /**
   * Called when somebody signs in through a provider that knows groups: from then on, also for access tokens, the
   * account has what the groups have. Groups of other types stay. Throws BAD_REQUEST for a group that cannot be.
   */
  async attach(userId: number, { groupType, groups, admin }: ProvidedGroups): Promise<void> {
    const ids = new Set<number>();
    for (const group of groups) ids.add(await this.ensure({ ...group, groupType }));
    const changed = await this.groups.replaceMemberships(userId, groupType, [...ids].sort(ascending), admin);
    if (changed) this.cache.forget('user', userId);
  }
}

/** So that two sign-ins do not wait for each other's rows. */
const ascending = (a: number, b: number): number => a - b;

function notFound(id: number): AppError {
  return new AppError('NOT_FOUND', `user group ${id} not found`, { reason: 'group.unknown' });
}

function taken({ groupName }: NewGroup): AppError {
  return new AppError('CONFLICT', `user group ${groupName} already exists`, { reason: 'group.exists' });
}
