import type { Principal } from '@breakwater/access';
import { ExecutionsService, TaskLogs } from '@breakwater/executions';
import { RetentionRunsService, retentionVendor } from '@breakwater/retention';
import { Body, Controller, Get, Header, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Audited, theRetention } from '../audit-logs';
import { Authenticated, CurrentPrincipal } from '../auth';
import { api, listOptions, Operation, Page, ReturnsCreated, ReturnsList, ReturnsNothing, setLocation } from '../rest';
import { RetentionAccess } from './retention-access';
import {
  RetentionActionDto,
  RetentionExecutionDto,
  RetentionExecutionPath,
  RetentionExecutionTaskDto,
  RetentionPageQuery,
  RetentionPath,
  RetentionRunDto,
  RetentionTaskPath,
  toExecution,
  toTask,
} from './retention.dto';

const tag = 'Retention';

const theRun: typeof theRetention = async (audited, subjects) => {
  const { projectId } = await theRetention(audited, subjects);
  return { resource: retentionVendor, ...(projectId !== undefined && { projectId }) };
};

@Controller(`${api}/retentions/:id/executions`)
export class RetentionRunsController {
  constructor(
    private readonly access: RetentionAccess,
    private readonly runs: RetentionRunsService,
    private readonly executions: ExecutionsService,
    private readonly logs: TaskLogs,
  ) {}

  @Get()
  @Authenticated()
  @Operation({
    id: 'listRetentionExecutions',
    tag,
    summary: 'List the runs of a retention policy',
    errors: [401, 403, 404, 422],
  })
  @ReturnsList(RetentionExecutionDto)
  async list(
    @Param() { id }: RetentionPath,
    @Query() query: RetentionPageQuery,
    @CurrentPrincipal() principal: Principal,
  ) {
    await this.access.requireOn(principal, 'list', id);
    const { items, total } = await this.executions.list(runsOf(id), listOptions(query));
    return new Page(items.map(toExecution), total, query);
  }

  @Post()
  @Authenticated()
  @Audited('start_job', theRun)
  @Operation({
    id: 'triggerRetentionExecution',
    tag,
    summary: 'Run a retention policy now, or only see what it would delete',
    errors: [401, 403, 404, 412, 422],
  })
  @ApiResponse({ status: 200, description: 'Success' })
  @ReturnsCreated()
  async start(
    @Param() { id }: RetentionPath,
    @Body() { dry_run: dryRun, confirm: confirmed }: RetentionRunDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const operator = await this.access.requireRun(principal, id);
    const execution = await this.runs.start(id, { trigger: 'MANUAL', dryRun, confirmed, operator });
    setLocation(reply, `retentions/${id}/executions/${execution}`);
  }

  @Patch(':eid')
  @Authenticated()
  @Audited('stop_job', theRun)
  @Operation({
    id: 'operateRetentionExecution',
    tag,
    summary: 'Stop a run of a retention policy',
    errors: [401, 403, 404, 422],
  })
  @ReturnsNothing()
  async operate(
    @Param() { id, eid }: RetentionExecutionPath,
    @Body() _body: RetentionActionDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    await this.access.requireRun(principal, id);
    await this.executions.stop(eid, runsOf(id));
  }

  @Get(':eid/tasks')
  @Authenticated()
  @Operation({
    id: 'listRetentionTasks',
    tag,
    summary: 'List the tasks of a run, one for each repository',
    errors: [401, 403, 404, 422],
  })
  @ReturnsList(RetentionExecutionTaskDto)
  async tasks(
    @Param() { id, eid }: RetentionExecutionPath,
    @Query() query: RetentionPageQuery,
    @CurrentPrincipal() principal: Principal,
  ) {
    await this.access.requireOn(principal, 'list', id);
    const { items, total } = await this.executions.listTasks(eid, listOptions(query), runsOf(id));
    return new Page(items.map(toTask), total, query);
  }

  @Get(':eid/tasks/:tid')
  @Authenticated()
  @Header('Content-Type', 'text/plain')
  @Operation({
    id: 'getRetentionTaskLog',
    tag,
    summary: 'Get the log of a task: what stays, what goes, and why',
    errors: [401, 403, 404],
  })
  @ApiResponse({ status: 200, description: 'Success', content: { 'text/plain': { schema: { type: 'string' } } } })
  async log(@Param() { id, eid, tid }: RetentionTaskPath, @CurrentPrincipal() principal: Principal): Promise<string> {
    await this.access.requireOn(principal, 'read', id);
    return this.logs.read({ id: tid, executionId: eid, ...runsOf(id) });
  }
}

const runsOf = (policyId: number) => ({ vendorTypes: [retentionVendor], vendorId: policyId });
