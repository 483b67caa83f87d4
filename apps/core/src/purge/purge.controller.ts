import { AuditPurgeService, type PurgeParameters } from '@breakwater/audit';
import { Body, Controller, Get, Param, Post, Put, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited, theJob, theSchedule } from '../audit-logs';
import { SystemPermission } from '../auth';
import { ReturnsLog } from '../live';
import { api, Operation, Returns, ReturnsCreated, ReturnsList, ReturnsNothing, setLocation } from '../rest';
import { ScheduleDto, SystemJobs, toScheduleHistory, type SystemJob } from '../schedules';
import { ExecHistoryDto, ListPurgesQuery, PurgeIdParameters } from './purge.dto';

const tag = 'purge';
const path = 'system/purgeaudit';
const vendorType = 'PURGE_AUDIT_LOG';

/** Old entries of the audit log go: at once, or on a schedule. */
@Controller(`${api}/${path}`)
export class PurgeController {
  private readonly job: SystemJob<PurgeParameters>;

  constructor(
    private readonly jobs: SystemJobs,
    purge: AuditPurgeService,
  ) {
    this.job = {
      vendorType,
      read: (parameters) => purge.readParameters(parameters),
      start: (parameters) => purge.start(parameters, 'MANUAL'),
    };
  }

  @Get()
  @SystemPermission('purge-audit:list')
  @Operation({ id: 'getPurgeHistory', tag, summary: 'List the purges', errors: [401, 403] })
  @ReturnsList(ExecHistoryDto)
  list(@Query() query: ListPurgesQuery) {
    return this.jobs.history(vendorType, query);
  }

  @Get('schedule')
  @SystemPermission('purge-audit:read')
  @Operation({ id: 'getPurgeSchedule', tag, summary: 'Get the schedule of purges', errors: [401, 403] })
  @Returns(ExecHistoryDto)
  async schedule() {
    return toScheduleHistory(await this.jobs.schedule(vendorType));
  }

  @Post('schedule')
  @SystemPermission('purge-audit:create')
  @Audited('update_schedule', theSchedule(vendorType), 'afterwards')
  @Operation({
    id: 'createPurgeSchedule',
    tag,
    summary: 'Purge now, or set the schedule: `parameters` are audit_retention_hour, include_event_types and dry_run',
    errors: [400, 401, 403],
  })
  @ReturnsCreated()
  async create(@Body() body: ScheduleDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const id = await this.jobs.apply(body, this.job);
    setLocation(reply, `${path}/${id ?? 'schedule'}`);
  }

  @Put('schedule')
  @SystemPermission('purge-audit:update')
  @Audited('update_schedule', theSchedule(vendorType), 'afterwards')
  @Operation({
    id: 'updatePurgeSchedule',
    tag,
    summary: 'Change or end the schedule of purges',
    errors: [400, 401, 403],
  })
  @ReturnsNothing()
  async update(@Body() body: ScheduleDto): Promise<void> {
    await this.jobs.apply(body, this.job);
  }

  @Get(':purge_id')
  @SystemPermission('purge-audit:read')
  @Operation({ id: 'getPurgeJob', tag, summary: 'Get a purge', errors: [401, 403, 404] })
  @Returns(ExecHistoryDto)
  get(@Param() { purge_id: id }: PurgeIdParameters) {
    return this.jobs.get(vendorType, id);
  }

  @Put(':purge_id')
  @SystemPermission('purge-audit:stop')
  @Audited('stop_job', theJob(vendorType))
  @Operation({ id: 'stopPurge', tag, summary: 'Stop a purge', errors: [401, 403, 404] })
  @ReturnsNothing()
  stop(@Param() { purge_id: id }: PurgeIdParameters): Promise<void> {
    return this.jobs.stop(vendorType, id);
  }

  @Get(':purge_id/log')
  @SystemPermission('purge-audit:read')
  @Operation({ id: 'getPurgeJobLog', tag, summary: 'Read the log of a purge', errors: [400, 401, 403, 404] })
  @ReturnsLog()
  log(@Param() { purge_id: id }: PurgeIdParameters, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.jobs.log(vendorType, id, request);
  }
}
