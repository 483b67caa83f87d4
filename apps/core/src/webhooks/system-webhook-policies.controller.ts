import { principalName, type Principal } from '@breakwater/access';
import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Audited, theWebhookPolicy } from '../audit-logs';
import { CurrentPrincipal, SystemPermission } from '../auth';
import { api, Operation, Returns, ReturnsCreated, ReturnsList, ReturnsNothing, setLocation } from '../rest';
import { seenBy, WebhookAnswers } from './webhook-answers.service';
import { ListPoliciesQuery, WebhookPolicyDto, WebhookPolicyPath, WebhookPolicyShownDto } from './webhook.dto';

const tag = 'webhook';
const path = 'system/webhook/policies';

/** Policies for the events of every project; in addition to Harbor, whose policies are of one project each. */
@Controller(`${api}/${path}`)
export class SystemWebhookPoliciesController {
  constructor(private readonly answers: WebhookAnswers) {}

  @Get()
  @SystemPermission('notification-policy:list')
  @Operation({
    id: 'ListWebhookPoliciesOfSystem',
    tag,
    summary: 'List the webhook policies of the system',
    errors: [400, 401, 403],
  })
  @ReturnsList(WebhookPolicyShownDto)
  list(@Query() query: ListPoliciesQuery, @CurrentPrincipal() principal: Principal) {
    return this.answers.list(null, query, seenBy(principal));
  }

  @Post()
  @SystemPermission('notification-policy:create')
  @Audited('create_webhook_policy', theWebhookPolicy)
  @Operation({
    id: 'CreateWebhookPolicyOfSystem',
    tag,
    summary: 'Create a webhook policy for the events of every project',
    errors: [400, 401, 403, 409, 422],
  })
  @ReturnsCreated()
  async create(
    @Body() body: WebhookPolicyDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    setLocation(reply, `${path}/${await this.answers.create(null, body, principalName(principal))}`);
  }

  @Get(':webhook_policy_id')
  @SystemPermission('notification-policy:read')
  @Operation({
    id: 'GetWebhookPolicyOfSystem',
    tag,
    summary: 'Get a webhook policy of the system',
    errors: [400, 401, 403, 404],
  })
  @Returns(WebhookPolicyShownDto)
  get(@Param() { webhook_policy_id: id }: WebhookPolicyPath, @CurrentPrincipal() principal: Principal) {
    return this.answers.get(null, id, seenBy(principal));
  }

  @Put(':webhook_policy_id')
  @SystemPermission('notification-policy:update')
  @Audited('update_webhook_policy', theWebhookPolicy)
  @Operation({
    id: 'UpdateWebhookPolicyOfSystem',
    tag,
    summary: 'Change a webhook policy of the system',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  update(@Param() { webhook_policy_id: id }: WebhookPolicyPath, @Body() body: WebhookPolicyDto): Promise<void> {
    return this.answers.update(null, id, body);
  }

  @Delete(':webhook_policy_id')
  @SystemPermission('notification-policy:delete')
  @Audited('delete_webhook_policy', theWebhookPolicy)
  @Operation({
    id: 'DeleteWebhookPolicyOfSystem',
    tag,
    summary: 'Delete a webhook policy of the system',
    errors: [400, 401, 403, 404],
  })
  @ReturnsNothing()
  delete(@Param() { webhook_policy_id: id }: WebhookPolicyPath): Promise<void> {
    return this.answers.delete(null, id);
  }
}
