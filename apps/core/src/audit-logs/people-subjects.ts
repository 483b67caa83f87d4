import { AccessTokensService, GroupsService, RobotsService, UsersService } from '@breakwater/identity';
import { Injectable } from '@nestjs/common';
import { idOf, inProject, named, type Subject } from './named-subject';

/** Users, robots, groups and tokens by their ids. */
@Injectable()
export class PeopleSubjects {
  constructor(
    private readonly users: UsersService,
    private readonly robots: RobotsService,
    private readonly groups: GroupsService,
    private readonly tokens: AccessTokensService,
  ) {}

  user(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => ({ resource: (await this.users.get(number)).username }));
  }

  robot(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => {
      const { fullName, projectId } = await this.robots.get(number);
      return { resource: fullName, ...inProject(projectId) };
    });
  }

  group(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => ({ resource: (await this.groups.get(number)).groupName }));
  }

  /** `ann/laptop`; `name` is that of one which is made. */
  async accessToken(userId: string | undefined, { id, name }: { id?: string; name?: string }): Promise<Subject> {
    const owner = (await this.user(userId)).resource;
    const user = idOf(userId);
    if (name !== undefined || user === undefined) return { resource: `${owner}/${name ?? id ?? ''}` };
    const token = await named(id, async (number) => ({ resource: (await this.tokens.get(user, number)).name }));
    return { resource: `${owner}/${token.resource}` };
  }
}
