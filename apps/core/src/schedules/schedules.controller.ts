import { QueuesService, SchedulesService } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { Authenticated, SystemPermission } from '../auth';
import { api, listOptions, Operation, Page, Returns, ReturnsList } from '../rest';
import {
  ListSchedulesQuery,
  PausedParameters,
  SchedulerStatusDto,
  ScheduleTaskDto,
  toScheduleTask,
} from './schedule-task.dto';

const tag = 'schedule';

@Controller(`${api}/schedules`)
export class SchedulesController {
  constructor(
    private readonly schedules: SchedulesService,
    private readonly queues: QueuesService,
  ) {}

  @Get()
  @SystemPermission('jobservice-monitor:list')
  @Operation({ id: 'listSchedules', tag, summary: 'List the schedules', errors: [400, 401, 403, 404] })
  @ReturnsList(ScheduleTaskDto)
  async list(@Query() query: ListSchedulesQuery) {
    const { items, total } = await this.schedules.list(listOptions(query));
    return new Page(items.map(toScheduleTask), total, query);
  }

  @Get(':job_type/paused')
  @Authenticated()
  @Operation({
    id: 'getSchedulePaused',
    tag,
    summary: 'Whether schedules fire',
    errors: [400, 401, 403, 404],
  })
  @Returns(SchedulerStatusDto)
  async paused(@Param() { job_type: type }: PausedParameters) {
    if (type !== 'all') throw new AppError('BAD_REQUEST', 'schedules are paused together: ask for all');
    return { paused: await this.queues.isPaused('SCHEDULER') };
  }
}
