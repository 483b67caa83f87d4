import type { ProjectFacts } from '@breakwater/access';
import { Controller, Get, Param, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited, theJob } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import { ReturnsLog } from '../live';
import { api, Operation, PathParameters, ResourceNameHeader, ReturnsCreated, ReturnsList, setLocation } from '../rest';
import { ListDeliveriesQuery, WebhookDeliveryDto } from './delivery.dto';
import { ExecutionDto, ExecutionPath, ListExecutionsQuery, TaskDto, TaskPath } from './execution.dto';
import { WebhookAnswers } from './webhook-answers.service';
import { WebhookPolicyPath } from './webhook.dto';

const tag = 'webhook';

/** What was sent for a policy. */
@Controller(`${api}/projects/:project_name_or_id/webhook/policies/:webhook_policy_id`)
export class WebhookExecutionsController {
  constructor(private readonly answers: WebhookAnswers) {}

  @Get('executions')
  @RequirePermission('notification-policy:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'ListExecutionsOfWebhookPolicy',
    tag,
    summary: 'List the executions of a webhook policy: one for each event and target',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(ExecutionDto)
  list(
    @CurrentProject() project: ProjectFacts,
    @Param() { webhook_policy_id: id }: WebhookPolicyPath,
    @Query() query: ListExecutionsQuery,
  ) {
    return this.answers.listExecutions(project.id, id, query);
  }

  @Get('executions/:execution_id/tasks')
  @RequirePermission('notification-policy:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'ListTasksOfWebhookExecution',
    tag,
    summary: 'List the tasks of an execution',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(TaskDto)
  listTasks(
    @CurrentProject() project: ProjectFacts,
    @Param() { webhook_policy_id: id, execution_id: executionId }: ExecutionPath,
    @Query() query: ListExecutionsQuery,
  ) {
    return this.answers.listTasks(project.id, id, executionId, query);
  }

  @Get('executions/:execution_id/tasks/:task_id/log')
  @RequirePermission('notification-policy:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({ id: 'GetLogsOfWebhookTask', tag, summary: 'Read the log of a task', errors: [400, 401, 403, 404] })
  @ReturnsLog()
  log(
    @CurrentProject() project: ProjectFacts,
    @Param() path: TaskPath,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    return this.answers.log(project.id, path, request);
  }

  @Post('executions/:execution_id/redeliveries')
  @RequirePermission('notification-policy:update')
  @Audited('start_job', theJob('WEBHOOK'))
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'RedeliverWebhookExecution',
    tag,
    summary: 'Send the same once more, under the same event id; in addition to Harbor',
    errors: [400, 401, 403, 404, 412],
  })
  @ReturnsCreated()
  async redeliver(
    @CurrentProject() project: ProjectFacts,
    @Param() { webhook_policy_id: id, execution_id: executionId }: ExecutionPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const execution = await this.answers.redeliver(project.id, id, executionId);
    setLocation(reply, `projects/${project.id}/webhook/policies/${id}/executions/${execution}`);
  }

  @Get('deliveries')
  @RequirePermission('notification-policy:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'ListDeliveriesOfWebhookPolicy',
    tag,
    summary: 'List what was sent and answered, newest first; in addition to Harbor',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(WebhookDeliveryDto)
  deliveries(
    @CurrentProject() project: ProjectFacts,
    @Param() { webhook_policy_id: id }: WebhookPolicyPath,
    @Query() query: ListDeliveriesQuery,
  ) {
    return this.answers.listDeliveries(project.id, id, query);
  }
}
