import { PoolsService, QueuesService, TasksService } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Body, Controller, Get, Param, Put, Req, type StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audited } from '../audit-logs';
import { SystemPermission } from '../auth';
import { ExecutionProgress, JobLogs, ReturnsEvents, ReturnsLog } from '../live';
import { api, Operation, ReturnsAll, ReturnsNothing } from '../rest';
import {
  ActionRequestDto,
  ExecutionParameters,
  JobParameters,
  JobQueueDto,
  PoolParameters,
  QueueParameters,
  readJobId,
  toPool,
  toQueue,
  toWorkers,
  WorkerDto,
  WorkerPoolDto,
} from './jobservice.dto';

const tag = 'jobservice';

const theQueue = ({ params, body }: { params: Record<string, string>; body: Record<string, unknown> }) => {
  const { job_type: resource = '' } = params;
  return { resource, description: `${String(body.action)} queue: ${resource}` };
};

/** What runs in the background, and what waits. A job is a task here; its id is the task's. */
@Controller(`${api}/jobservice`)
export class JobserviceController {
  constructor(
    private readonly queues: QueuesService,
    private readonly pools: PoolsService,
    private readonly tasks: TasksService,
    private readonly logs: JobLogs,
    private readonly progress: ExecutionProgress,
  ) {}

  @Get('queues')
  @SystemPermission('jobservice-monitor:list')
  @Operation({ id: 'listJobQueues', tag, summary: 'List the queues', errors: [401, 403, 404] })
  @ReturnsAll(JobQueueDto)
  async listQueues() {
    return (await this.queues.list()).map(toQueue);
  }

  @Put('queues/:job_type')
  @SystemPermission('jobservice-monitor:stop')
  @Audited('update_queue', theQueue, 'afterwards')
  @Operation({
    id: 'actionPendingJobs',
    tag,
    summary: 'Pause or resume a queue, or stop the jobs that wait in it',
    errors: [401, 403, 404, 422],
  })
  @ReturnsNothing()
  act(@Param() { job_type: name }: QueueParameters, @Body() { action }: ActionRequestDto): Promise<void> {
    return this.queues[action](name);
  }

  @Get('pools')
  @SystemPermission('jobservice-monitor:list')
  @Operation({
    id: 'getWorkerPools',
    tag,
    summary: 'List the processes that run jobs',
    errors: [401, 403],
  })
  @ReturnsAll(WorkerPoolDto)
  async listPools() {
    return (await this.pools.list()).map(toPool);
  }

  @Get('pools/:pool_id/workers')
  @SystemPermission('jobservice-monitor:list')
  @Operation({ id: 'getWorkers', tag, summary: 'List the workers of a pool', errors: [401, 403, 404] })
  @ReturnsAll(WorkerDto)
  async listWorkers(@Param() { pool_id: id }: PoolParameters) {
    const pools = (await this.pools.list()).filter((pool) => id === 'all' || pool.id === id);
    if (pools.length === 0 && id !== 'all') throw new AppError('NOT_FOUND', `worker pool ${id} not found`);
    const busy = await this.pools.workers();
    return pools.flatMap((pool) => toWorkers(pool, busy));
  }

  @Put('jobs/:job_id')
  @SystemPermission('jobservice-monitor:stop')
  @Audited('stop_job', ({ params }) => ({ resource: params.job_id ?? '' }), 'afterwards')
  @Operation({ id: 'stopRunningJob', tag, summary: 'Stop a job, or all that run', errors: [401, 403, 404] })
  @ReturnsNothing()
  async stop(@Param() job: JobParameters): Promise<void> {
    await (job.job_id === 'all' ? this.tasks.stopRunning() : this.tasks.stop(readJobId(job)));
  }

  @Get('jobs/:job_id/log')
  @SystemPermission('jobservice-monitor:list')
  @Operation({ id: 'actionGetJobLog', tag, summary: 'Read the log of a job', errors: [401, 403, 404] })
  @ReturnsLog()
  async log(@Param() job: JobParameters, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.logs.ofTask({ id: readJobId(job) }, request);
  }

  @Get('executions/:execution_id/events')
  @SystemPermission('jobservice-monitor:list')
  @Operation({
    id: 'followExecution',
    tag,
    summary: 'Follow an execution while it runs. In addition to Harbor',
    errors: [401, 403, 404],
  })
  @ReturnsEvents('Events `progress` with the state of the execution as JSON whenever it has changed, then `end`')
  follow(@Param() { execution_id: id }: ExecutionParameters): Promise<StreamableFile> {
    return this.progress.follow(id);
  }
}
