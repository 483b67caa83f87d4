import { WebhooksModule } from '@breakwater/webhooks';
import { Module } from '@nestjs/common';
import { LiveModule } from '../live';
import { SystemWebhookExecutionsController } from './system-webhook-executions.controller';
import { SystemWebhookPoliciesController } from './system-webhook-policies.controller';
import { WebhookAnswers } from './webhook-answers.service';
import { WebhookExecutionsController } from './webhook-executions.controller';
import { WebhookJobsController } from './webhook-jobs.controller';
import { WebhookPoliciesController } from './webhook-policies.controller';

@Module({
  imports: [WebhooksModule, LiveModule],
  controllers: [
    WebhookPoliciesController,
    WebhookExecutionsController,
    WebhookJobsController,
    SystemWebhookPoliciesController,
    SystemWebhookExecutionsController,
  ],
  providers: [WebhookAnswers],
})
export class WebhooksApiModule {}
