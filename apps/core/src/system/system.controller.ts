import { Controller, Get, Header, HttpCode, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { can, type Principal } from '@breakwater/access';
import { StatisticsRepository } from '@breakwater/artifacts';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Authenticated, CurrentPrincipal, Public, SystemPermission } from '../auth';
import { api, Operation, Returns } from '../rest';
import { HealthService } from './health.service';
import { StorageInfoService } from './storage-info.service';
import { SystemInfoService } from './system-info.service';
import { GeneralInfoDto, OverallHealthStatusDto, StatisticDto, SystemInfoDto } from './system.dto';

@Controller()
export class SystemController {
  constructor(
    private readonly health: HealthService,
    private readonly info: SystemInfoService,
    private readonly statistics: StatisticsRepository,
    private readonly storage: StorageInfoService,
  ) {}

  @Get(`${api}/ping`)
  @Public()
  @Operation({ id: 'getPing', tag: 'ping', summary: 'Whether the API server is alive' })
  @HttpCode(200)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, description: 'Pong', schema: { type: 'string' } })
  ping(): string {
    return 'Pong';
  }

  @Get(`${api}/health`)
  @Public()
  @Operation({
    id: 'getHealth',
    tag: 'health',
    summary: 'The state of every component; read the body, the status is always 200',
  })
  @Returns(OverallHealthStatusDto)
  async getHealth(): Promise<z.input<typeof OverallHealthStatusDto.schema>> {
    const components = await this.health.components();
    return { status: components.every(({ status }) => status === 'healthy') ? 'healthy' : 'unhealthy', components };
  }

  @Get(`${api}/systeminfo`)
  @Public()
  @Operation({
    id: 'getSystemInfo',
    tag: 'systeminfo',
    summary: 'General information about the platform, less of it for anonymous callers',
  })
  @Returns(GeneralInfoDto)
  getInfo(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<z.input<typeof GeneralInfoDto.schema>> {
    return this.info.describe(principal, request.raw);
  }

  @Get(`${api}/systeminfo/volumes`)
  @SystemPermission('system-volumes:read')
  @Operation({
    id: 'getVolumes',
    tag: 'systeminfo',
    summary: 'How large the storage is, and how much of it is free',
    errors: [401, 403, 404],
  })
  @Returns(SystemInfoDto)
  async getVolumes(): Promise<z.input<typeof SystemInfoDto.schema>> {
    return { storage: [await this.storage.capacity()] };
  }

  @Get(`${api}/systeminfo/getcert`)
  @Public()
  @Operation({ id: 'getCert', tag: 'systeminfo', summary: "The platform's own CA certificate", errors: [404] })
  @ApiProduces('application/octet-stream')
  @ApiResponse({
    status: 200,
    description: 'The certificate in PEM',
    schema: { type: 'string', format: 'binary' },
    headers: { 'Content-Disposition': { schema: { type: 'string' } } },
  })
  async getCertificate(): Promise<StreamableFile> {
    return new StreamableFile(await this.info.certificate(), {
      type: 'application/octet-stream',
      disposition: 'attachment; filename=ca.crt',
    });
  }

  @Get(`${api}/statistics`)
  @Authenticated()
  @Operation({ id: 'getStatistic', tag: 'statistic', summary: 'Counts of projects and repositories', errors: [401] })
  @Returns(StatisticDto)
  async getStatistics(@CurrentPrincipal() principal: Principal): Promise<z.input<typeof StatisticDto.schema>> {
    const everything = can(principal, 'project:list');
    const counts = await this.statistics.count(principal, everything);
    return {
      private_project_count: counts.privateProjects,
      private_repo_count: counts.privateRepositories,
      public_project_count: counts.publicProjects,
      public_repo_count: counts.publicRepositories,
      total_project_count: everything ? counts.publicProjects + counts.privateProjects : 0,
      total_repo_count: everything ? counts.publicRepositories + counts.privateRepositories : 0,
      total_storage_consumption: everything ? counts.storage : 0,
    };
  }

  /** Outside the versioned API: tells clients which version there is. */
  @Get('api/version')
  @Public()
  @ApiExcludeEndpoint()
  getVersion(): { version: string } {
    return { version: 'v2.0' };
  }
}
