import { GcRuns, type GcParameters } from '@breakwater/gc';
import { Body, Controller, Get, Param, Post, Put, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited, theJob, theSchedule } from '../audit-logs';
import { SystemPermission } from '../auth';
import { ReturnsLog } from '../live';
import { api, Operation, Returns, ReturnsCreated, ReturnsList, ReturnsNothing, setLocation } from '../rest';
import { ScheduleDto, SystemJobs, toScheduleHistory, type SystemJob } from '../schedules';
import { GCHistoryDto, GcIdParameters, ListGcsQuery } from './gc.dto';

const tag = 'gc';
const path = 'system/gc';
const vendorType = 'GARBAGE_COLLECTION';

/** Garbage collection: at once, or on a schedule. */
@Controller(`${api}/${path}`)
export class GcController {
  private readonly job: SystemJob<GcParameters>;

  constructor(
    private readonly jobs: SystemJobs,
    runs: GcRuns,
  ) {
    this.job = {
      vendorType,
      read: (parameters) => runs.readParameters(parameters),
      start: (parameters) => runs.start(parameters, 'MANUAL'),
    };
  }

  @Get()
  @SystemPermission('garbage-collection:list')
  @Operation({ id: 'getGCHistory', tag, summary: 'List the garbage collections', errors: [401, 403] })
  @ReturnsList(GCHistoryDto)
  list(@Query() query: ListGcsQuery) {
    return this.jobs.history(vendorType, query);
  }

  @Get('schedule')
  @SystemPermission('garbage-collection:read')
  @Operation({ id: 'getGCSchedule', tag, summary: 'Get the schedule of garbage collection', errors: [401, 403] })
  @Returns(GCHistoryDto)
  async schedule() {
    return toScheduleHistory(await this.jobs.schedule(vendorType));
  }

  @Post('schedule')
  @SystemPermission('garbage-collection:create')
  @Audited('update_schedule', theSchedule(vendorType), 'afterwards')
  @Operation({
    id: 'createGCSchedule',
    tag,
    summary:
      'Collect garbage now, or set the schedule: `parameters` are delete_untagged, dry_run and workers (1 to 10)',
    errors: [400, 401, 403, 409],
  })
  @ReturnsCreated()
  async create(@Body() body: ScheduleDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const id = await this.jobs.apply(body, this.job, { ifNone: true });
    setLocation(reply, `${path}/${id ?? 'schedule'}`);
  }

  @Put('schedule')
  @SystemPermission('garbage-collection:update')
  @Audited('update_schedule', theSchedule(vendorType), 'afterwards')
  @Operation({
    id: 'updateGCSchedule',
    tag,
    summary: 'Change or end the schedule of garbage collection',
    errors: [400, 401, 403],
  })
  @ReturnsNothing()
  async update(@Body() body: ScheduleDto): Promise<void> {
    await this.jobs.apply(body, this.job);
  }

  @Get(':gc_id')
  @SystemPermission('garbage-collection:read')
  @Operation({ id: 'getGC', tag, summary: 'Get a garbage collection', errors: [401, 403, 404] })
  @Returns(GCHistoryDto)
  get(@Param() { gc_id: id }: GcIdParameters) {
    return this.jobs.get(vendorType, id);
  }

  @Put(':gc_id')
  @SystemPermission('garbage-collection:stop')
  @Audited('stop_job', theJob(vendorType))
  @Operation({ id: 'stopGC', tag, summary: 'Stop a garbage collection', errors: [401, 403, 404] })
  @ReturnsNothing()
  stop(@Param() { gc_id: id }: GcIdParameters): Promise<void> {
    return this.jobs.stop(vendorType, id);
  }

  @Get(':gc_id/log')
  @SystemPermission('garbage-collection:read')
  @Operation({ id: 'getGCLog', tag, summary: 'Read the log of a garbage collection', errors: [400, 401, 403, 404] })
  @ReturnsLog()
  log(@Param() { gc_id: id }: GcIdParameters, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.jobs.log(vendorType, id, request);
  }
}
