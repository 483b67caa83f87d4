import { Controller, Get, Param, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited, theJob } from '../audit-logs';
import { SystemPermission } from '../auth';
import { ReturnsLog } from '../live';
import { api, Operation, ReturnsCreated, ReturnsList, setLocation } from '../rest';
import { ListDeliveriesQuery, WebhookDeliveryDto } from './delivery.dto';
import { ExecutionDto, ExecutionPath, ListExecutionsQuery, TaskDto, TaskPath } from './execution.dto';
import { WebhookAnswers } from './webhook-answers.service';
import { WebhookPolicyPath } from './webhook.dto';

const tag = 'webhook';
const path = 'system/webhook/policies';

/** What was sent for a policy of the system. */
@Controller(`${api}/${path}/:webhook_policy_id`)
export class SystemWebhookExecutionsController {
  constructor(private readonly answers: WebhookAnswers) {}

  @Get('executions')
  @SystemPermission('notification-policy:read')
  @Operation({
    id: 'ListExecutionsOfSystemWebhookPolicy',
    tag,
    summary: 'List the executions of a webhook policy of the system',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(ExecutionDto)
  list(@Param() { webhook_policy_id: id }: WebhookPolicyPath, @Query() query: ListExecutionsQuery) {
    return this.answers.listExecutions(null, id, query);
  }

  @Get('executions/:execution_id/tasks')
  @SystemPermission('notification-policy:read')
  @Operation({
    id: 'ListTasksOfSystemWebhookExecution',
    tag,
    summary: 'List the tasks of an execution',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(TaskDto)
  listTasks(
    @Param() { webhook_policy_id: id, execution_id: executionId }: ExecutionPath,
    @Query() query: ListExecutionsQuery,
  ) {
    return this.answers.listTasks(null, id, executionId, query);
  }

  @Get('executions/:execution_id/tasks/:task_id/log')
  @SystemPermission('notification-policy:read')
  @Operation({
    id: 'GetLogsOfSystemWebhookTask',
    tag,
    summary: 'Read the log of a task',
    errors: [400, 401, 403, 404],
  })
  @ReturnsLog()
  log(@Param() taskPath: TaskPath, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.answers.log(null, taskPath, request);
  }

  @Post('executions/:execution_id/redeliveries')
  @SystemPermission('notification-policy:update')
  @Audited('start_job', theJob('WEBHOOK'))
  @Operation({
    id: 'RedeliverSystemWebhookExecution',
    tag,
    summary: 'Send the same once more, under the same event id',
    errors: [400, 401, 403, 404, 412],
  })
  @ReturnsCreated()
  async redeliver(
    @Param() { webhook_policy_id: id, execution_id: executionId }: ExecutionPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const execution = await this.answers.redeliver(null, id, executionId);
    setLocation(reply, `${path}/${id}/executions/${execution}`);
  }

  @Get('deliveries')
  @SystemPermission('notification-policy:read')
  @Operation({
    id: 'ListDeliveriesOfSystemWebhookPolicy',
    tag,
    summary: 'List what was sent and answered, newest first',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(WebhookDeliveryDto)
  deliveries(@Param() { webhook_policy_id: id }: WebhookPolicyPath, @Query() query: ListDeliveriesQuery) {
    return this.answers.listDeliveries(null, id, query);
  }
}
