import { Module } from '@nestjs/common';
import { DeliveryService } from './delivery.service';
import { EventFactsRepository } from './event-facts.repository';
import { WebhookSender } from './webhook-sender';
import { WebhookSubscriber } from './webhook-subscriber';
import { WebhooksModule } from './webhooks.module';

/** Sending: only for the process that does (the job service). */
@Module({
  imports: [WebhooksModule],
  providers: [WebhookSubscriber, DeliveryService, WebhookSender, EventFactsRepository],
  exports: [WebhookSubscriber, DeliveryService],
})
export class WebhookDeliveryModule {}
