import { Controller, Get } from '@nestjs/common';
import { isAdministrator, robotCatalogue, type Principal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { MembersService } from '@breakwater/projects';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Authenticated, CurrentPrincipal } from '../auth';
import { api, Operation, Returns } from '../rest';

const permission = z.object({ resource: z.string(), action: z.string() }).meta({ 'x-model': 'Permission' });

class PermissionsDto extends createZodDto(
  z.object({ system: z.array(permission).optional(), project: z.array(permission) }),
) {}

@Controller(`${api}/permissions`)
export class PermissionsController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @Authenticated()
  @Operation({ id: 'getPermissions', tag: 'permissions', summary: 'What robots can be given', errors: [401, 403, 404] })
  @Returns(PermissionsDto)
  async get(@CurrentPrincipal() principal: Principal) {
    const project = [...robotCatalogue.project];
    if (isAdministrator(principal)) return { system: [...robotCatalogue.system], project };
    if (principal.kind === 'user' && (await this.members.isAdminSomewhere(principal.id))) return { project };
    throw new AppError('FORBIDDEN', 'only admins(system and project) can access permissions', {
      reason: 'access.forbidden',
    });
  }
}
