import { Controller, Get, Query } from '@nestjs/common';
import { allPermissions, can, type CatalogueEntry, type Permission, type Principal } from '@breakwater/access';
import { UsersService } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { KnownProjectFacts } from '@breakwater/projects';
import { Authenticated, CurrentPrincipal } from '../auth';
import { api, Operation, Returns, ReturnsAll } from '../rest';
import { CurrentPermissionsQuery, PermissionDto, toUser, UserRespDto } from './user.dto';

const tag = 'user';

@Controller(`${api}/users/current`)
export class CurrentUserController {
  constructor(
    private readonly users: UsersService,
    private readonly projects: KnownProjectFacts,
  ) {}

  @Get()
  @Authenticated()
  @Operation({ id: 'getCurrentUserInfo', tag, summary: 'Get the account that asks', errors: [401, 412] })
  @Returns(UserRespDto)
  async get(@CurrentPrincipal() principal: Principal) {
    if (principal.kind !== 'user')
      throw new AppError('PRECONDITION', `get current user not available for ${principal.kind} accounts`);
    return toUser(await this.users.get(principal.id));
  }

  @Get('permissions')
  @Authenticated()
  @Operation({ id: 'getCurrentUserPermissions', tag, summary: 'What the account that asks may do', errors: [401] })
  @ReturnsAll(PermissionDto)
  async permissions(
    @Query() { scope = '', relative }: CurrentPermissionsQuery,
    @CurrentPrincipal() principal: Principal,
  ) {
    const held = await this.held(principal, scope);
    return held.map(({ resource, action }) => ({ resource: relative ? resource : absolute(scope, resource), action }));
  }

  /** Nothing for a scope that is neither the system nor a project. The project itself is `.`, as Harbor's portal knows it. */
  private async held(principal: Principal, scope: string): Promise<CatalogueEntry[]> {
    if (scope === '/system') return allPermissions.system.filter((entry) => can(principal, nameOf(entry)));
    const [, id] = /^\/project\/(\d{1,15})$/.exec(scope) ?? [];
    const project = id === undefined ? undefined : await this.projects.findById(Number(id), principal);
    if (!project) return [];
    const held = allPermissions.project.filter((entry) => can(principal, nameOf(entry), { project }));
    return held.map(({ resource, action }) => ({ resource: resource === 'project' ? '.' : resource, action }));
  }
}

const nameOf = ({ resource, action }: CatalogueEntry): Permission => `${resource}:${action}` as Permission;

const absolute = (scope: string, resource: string): string => (resource === '.' ? scope : `${scope}/${resource}`);
