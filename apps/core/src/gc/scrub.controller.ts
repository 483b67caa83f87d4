import { ScrubRuns, type ScrubParameters } from '@breakwater/gc';
import { Body, Controller, Get, Param, Post, Put, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited, theJob, theSchedule } from '../audit-logs';
import { SystemPermission } from '../auth';
import { ReturnsLog } from '../live';
import { api, Operation, Returns, ReturnsCreated, ReturnsList, ReturnsNothing, setLocation } from '../rest';
import { ScheduleDto, SystemJobs, toScheduleHistory, type SystemJob } from '../schedules';
import { ScrubHistoryDto, ScrubIdParameters, ListScrubsQuery } from './scrub.dto';

const tag = 'scrub';
const path = 'system/scrub';
const vendorType = 'BLOB_SCRUB';

/** Scrubs: blobs are read again, at once or on a schedule. Who may collect garbage may scrub. */
@Controller(`${api}/${path}`)
export class ScrubController {
  private readonly job: SystemJob<ScrubParameters>;

  constructor(
    private readonly jobs: SystemJobs,
    runs: ScrubRuns,
  ) {
    this.job = {
      vendorType,
      read: (parameters) => runs.readParameters(parameters),
      start: (parameters) => runs.start(parameters, 'MANUAL'),
    };
  }

  @Get()
  @SystemPermission('garbage-collection:list')
  @Operation({ id: 'listScrubs', tag, summary: 'List the scrubs', errors: [401, 403] })
  @ReturnsList(ScrubHistoryDto)
  list(@Query() query: ListScrubsQuery) {
    return this.jobs.history(vendorType, query);
  }

  @Get('schedule')
  @SystemPermission('garbage-collection:read')
  @Operation({ id: 'getScrubSchedule', tag, summary: 'Get the schedule of scrubs', errors: [401, 403] })
  @Returns(ScrubHistoryDto)
  async schedule() {
    return toScheduleHistory(await this.jobs.schedule(vendorType));
  }

  @Post('schedule')
  @SystemPermission('garbage-collection:create')
  @Audited('update_schedule', theSchedule(vendorType), 'afterwards')
  @Operation({
    id: 'createScrubSchedule',
    tag,
    summary:
      'Read all blobs again and compare them with their digests, now or on a schedule: `parameters` has bytes_per_second',
    errors: [400, 401, 403],
  })
  @ReturnsCreated()
  async create(@Body() body: ScheduleDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const id = await this.jobs.apply(body, this.job);
    setLocation(reply, `${path}/${id ?? 'schedule'}`);
  }

  @Put('schedule')
  @SystemPermission('garbage-collection:update')
  @Audited('update_schedule', theSchedule(vendorType), 'afterwards')
  @Operation({
    id: 'updateScrubSchedule',
    tag,
    summary: 'Change or end the schedule of scrubs',
    errors: [400, 401, 403],
  })
  @ReturnsNothing()
  async update(@Body() body: ScheduleDto): Promise<void> {
    await this.jobs.apply(body, this.job);
  }

  @Get(':scrub_id')
  @SystemPermission('garbage-collection:read')
  @Operation({ id: 'getScrub', tag, summary: 'Get a scrub', errors: [401, 403, 404] })
  @Returns(ScrubHistoryDto)
  get(@Param() { scrub_id: id }: ScrubIdParameters) {
    return this.jobs.get(vendorType, id);
  }

  @Put(':scrub_id')
  @SystemPermission('garbage-collection:stop')
  @Audited('stop_job', theJob(vendorType))
  @Operation({ id: 'stopScrub', tag, summary: 'Stop a scrub', errors: [401, 403, 404] })
  @ReturnsNothing()
  stop(@Param() { scrub_id: id }: ScrubIdParameters): Promise<void> {
    return this.jobs.stop(vendorType, id);
  }

  @Get(':scrub_id/log')
  @SystemPermission('garbage-collection:read')
  @Operation({ id: 'getScrubLog', tag, summary: 'Read the log of a scrub', errors: [400, 401, 403, 404] })
  @ReturnsLog()
  log(@Param() { scrub_id: id }: ScrubIdParameters, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.jobs.log(vendorType, id, request);
  }
}
