import { principalName, type Principal, type ProjectFacts } from '@breakwater/access';
import { eventTypes, notifyTypes, payloadFormats, WebhookPoliciesService } from '@breakwater/webhooks';
import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Audited, theWebhookPolicy } from '../audit-logs';
import { CurrentPrincipal, CurrentProject, RequirePermission } from '../auth';
import {
  api,
  Operation,
  PathParameters,
  ResourceNameHeader,
  Returns,
  ReturnsAll,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  setLocation,
} from '../rest';
import { seenBy, WebhookAnswers } from './webhook-answers.service';
import {
  ListPoliciesQuery,
  SupportedWebhookEventTypesDto,
  toLastTrigger,
  WebhookLastTriggerDto,
  WebhookPolicyDto,
  WebhookPolicyPath,
  WebhookPolicyShownDto,
} from './webhook.dto';

const tag = 'webhook';

@Controller(`${api}/projects/:project_name_or_id/webhook`)
export class WebhookPoliciesController {
  constructor(
    private readonly answers: WebhookAnswers,
    private readonly policies: WebhookPoliciesService,
  ) {}

  @Get('policies')
  @RequirePermission('notification-policy:list')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'ListWebhookPoliciesOfProject',
    tag,
    summary: 'List the webhook policies of a project',
    errors: [400, 401, 403],
  })
  @ReturnsList(WebhookPolicyShownDto)
  list(
    @CurrentProject() project: ProjectFacts,
    @Query() query: ListPoliciesQuery,
    @CurrentPrincipal() principal: Principal,
  ) {
    return this.answers.list(project.id, query, seenBy(principal, project));
  }

  @Post('policies')
  @RequirePermission('notification-policy:create')
  @Audited('create_webhook_policy', theWebhookPolicy)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'CreateWebhookPolicyOfProject',
    tag,
    summary: 'Create a webhook policy',
    errors: [400, 401, 403, 409, 422],
  })
  @ReturnsCreated()
  async create(
    @CurrentProject() project: ProjectFacts,
    @Body() body: WebhookPolicyDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const id = await this.answers.create(project.id, body, principalName(principal));
    setLocation(reply, `projects/${project.id}/webhook/policies/${id}`);
  }

  @Get('policies/:webhook_policy_id')
  @RequirePermission('notification-policy:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'GetWebhookPolicyOfProject',
    tag,
    summary: 'Get a webhook policy',
    errors: [400, 401, 403, 404],
  })
  @Returns(WebhookPolicyShownDto)
  get(
    @CurrentProject() project: ProjectFacts,
    @Param() { webhook_policy_id: id }: WebhookPolicyPath,
    @CurrentPrincipal() principal: Principal,
  ) {
    return this.answers.get(project.id, id, seenBy(principal, project));
  }

  @Put('policies/:webhook_policy_id')
  @RequirePermission('notification-policy:update')
  @Audited('update_webhook_policy', theWebhookPolicy)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'UpdateWebhookPolicyOfProject',
    tag,
    summary: 'Change a webhook policy',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  update(
    @CurrentProject() project: ProjectFacts,
    @Param() { webhook_policy_id: id }: WebhookPolicyPath,
    @Body() body: WebhookPolicyDto,
  ): Promise<void> {
    return this.answers.update(project.id, id, body);
  }

  @Delete('policies/:webhook_policy_id')
  @RequirePermission('notification-policy:delete')
  @Audited('delete_webhook_policy', theWebhookPolicy)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'DeleteWebhookPolicyOfProject',
    tag,
    summary: 'Delete a webhook policy; what is on its way is not sent any more',
    errors: [400, 401, 403, 404],
  })
  @ReturnsNothing()
  delete(
    @CurrentProject() project: ProjectFacts,
    @Param() { webhook_policy_id: id }: WebhookPolicyPath,
  ): Promise<void> {
    return this.answers.delete(project.id, id);
  }

  @Get('lasttrigger')
  @RequirePermission('notification-policy:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'LastTrigger',
    tag,
    summary: 'Get when each event of each policy last caused something to be sent',
    errors: [400, 401, 403],
  })
  @ReturnsAll(WebhookLastTriggerDto)
  async lastTriggers(@CurrentProject() project: ProjectFacts) {
    return (await this.policies.lastTriggers(project.id)).map(toLastTrigger);
  }

  @Get('events')
  @RequirePermission('notification-policy:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'GetSupportedEventTypes',
    tag,
    summary: 'Get the events, types of targets and payload formats that there are',
    errors: [401, 403],
  })
  @Returns(SupportedWebhookEventTypesDto)
  events() {
    return {
      event_type: [...eventTypes],
      notify_type: [...notifyTypes],
      payload_formats: [{ notify_type: 'http', formats: [...payloadFormats] }],
    };
  }
}
