import type { Principal, ProjectFacts } from '@breakwater/access';
import { auditEventTypes, AuditListRepository, type AuditDetail } from '@breakwater/audit';
import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Authenticated, CurrentPrincipal, CurrentProject, RequirePermission, SystemPermission } from '../auth';
import { api, listOptions, Operation, Page, PathParameters, ReturnsAll, ReturnsList } from '../rest';
import {
  AuditLogDto,
  AuditLogEventTypeDto,
  AuditLogExtDto,
  ListAuditLogsQuery,
  toAuditLog,
  toAuditLogExt,
} from './audit-log.dto';

const tag = 'auditlog';

/** There is one log: the paths that Harbor keeps for its older one show the same entries in their older form. */
@Controller(api)
export class AuditLogsController {
  constructor(private readonly log: AuditListRepository) {}

  @Get('audit-logs')
  @Authenticated()
  @Operation({
    id: 'listAuditLogs',
    tag,
    summary: 'List what was done, of the projects whose log the caller may read; the older form',
    errors: [400, 401, 422],
  })
  @ReturnsList(AuditLogDto)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query() query: ListAuditLogsQuery,
  ): Promise<Page<z.input<typeof AuditLogDto.schema>>> {
    return page(await this.log.visible(principal, listOptions(query)), query, toAuditLog);
  }

  @Get('auditlog-exts')
  @Authenticated()
  @Operation({
    id: 'listAuditLogExts',
    tag,
    summary: 'List what was done, of the projects whose log the caller may read',
    errors: [400, 401, 422],
  })
  @ReturnsList(AuditLogExtDto)
  async listExts(
    @CurrentPrincipal() principal: Principal,
    @Query() query: ListAuditLogsQuery,
  ): Promise<Page<z.input<typeof AuditLogExtDto.schema>>> {
    return page(await this.log.visible(principal, listOptions(query)), query, toAuditLogExt);
  }

  @Get('auditlog-exts/events')
  @SystemPermission('audit-log:list')
  @Operation({ id: 'listAuditLogEventTypes', tag, summary: 'List the types of entries', errors: [401, 403] })
  @ReturnsAll(AuditLogEventTypeDto)
  eventTypes(): z.input<typeof AuditLogEventTypeDto.schema>[] {
    return auditEventTypes.map((type) => ({ event_type: type }));
  }

  @Get('projects/:project_name/logs')
  @RequirePermission('log:list')
  @PathParameters('project_name')
  @Operation({
    id: 'getLogs',
    tag: 'project',
    summary: 'List what was done in a project; the older form',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(AuditLogDto)
  async ofProject(
    @CurrentProject() project: ProjectFacts,
    @Query() query: ListAuditLogsQuery,
  ): Promise<Page<z.input<typeof AuditLogDto.schema>>> {
    return page(await this.log.ofProject(project.id, listOptions(query)), query, toAuditLog);
  }

  @Get('projects/:project_name/auditlog-exts')
  @RequirePermission('log:list')
  @PathParameters('project_name')
  @Operation({
    id: 'getLogExts',
    tag: 'project',
    summary: 'List what was done in a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(AuditLogExtDto)
  async extsOfProject(
    @CurrentProject() project: ProjectFacts,
    @Query() query: ListAuditLogsQuery,
  ): Promise<Page<z.input<typeof AuditLogExtDto.schema>>> {
    return page(await this.log.ofProject(project.id, listOptions(query)), query, toAuditLogExt);
  }
}

function page<T>(
  { items, total }: { items: AuditDetail[]; total: number },
  query: ListAuditLogsQuery,
  show: (entry: AuditDetail) => T,
): Page<T> {
  return new Page(items.map(show), total, query);
}
