import type { Principal, ProjectFacts } from '@breakwater/access';
import { ScannersService } from '@breakwater/scanners';
import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { Audited, theProject } from '../audit-logs';
import { AccessChecker, CurrentPrincipal, CurrentProject, RequirePermission } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  PathParameters,
  ResourceNameHeader,
  Returns,
  ReturnsList,
  ReturnsNothing,
} from '../rest';
import { ListScannersQuery, ProjectScannerDto, ScannerRegistrationDto, toScanner } from './scanner.dto';

const tag = 'project';

@Controller(`${api}/projects/:project_name_or_id/scanner`)
export class ProjectScannerController {
  constructor(
    private readonly scanners: ScannersService,
    private readonly access: AccessChecker,
  ) {}

  @Get()
  @RequirePermission('scanner:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getScannerOfProject',
    tag,
    summary: 'The scanner that a project chose, else the default; an empty object when there is neither',
    errors: [400, 401, 403, 404],
  })
  @Returns(ScannerRegistrationDto)
  async get(@CurrentProject() project: ProjectFacts, @CurrentPrincipal() principal: Principal) {
    // Public projects show it to whoever is logged in, and to nobody else (management-platform.md section 3.4).
    this.access.requireAuthenticated(principal);
    const scanner = await this.scanners.ofProject(project.id);
    return scanner ? toScanner(scanner) : {};
  }

  @Put()
  @RequirePermission('scanner:create')
  @Audited('update_project', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'setScannerOfProject',
    tag,
    summary: 'Choose the scanner of a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  set(@CurrentProject() project: ProjectFacts, @Body() { uuid }: ProjectScannerDto): Promise<void> {
    return this.scanners.setOfProject(project.id, uuid);
  }

  @Get('candidates')
  @RequirePermission('scanner:create')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'listScannerCandidatesOfProject',
    tag,
    summary: 'List the scanners that a project can choose among',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(ScannerRegistrationDto)
  async candidates(@Query() query: ListScannersQuery) {
    const { items, total } = await this.scanners.list(listOptions(query));
    return new Page(items.map(toScanner), total, query);
  }
}
