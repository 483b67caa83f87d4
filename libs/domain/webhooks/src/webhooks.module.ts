import { ExecutionsModule } from '@breakwater/executions';
import { Project } from '@breakwater/projects';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DeliveryLog } from './delivery-log.service';
import { TargetVault } from './target-vault';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository';
import { WebhookDelivery } from './webhook-delivery.entity';
import { WebhookPoliciesRepository } from './webhook-policies.repository';
import { WebhookPoliciesService } from './webhook-policies.service';
import { WebhookPolicy } from './webhook-policy.entity';

const services = [
  WebhookPoliciesService,
  DeliveryLog,
  WebhookPoliciesRepository,
  WebhookDeliveriesRepository,
  TargetVault,
];

/** Policies and what was sent for them. */
@Module({
  // Project only for the relation: the table is the projects library's.
  imports: [TypeOrmModule.forFeature([WebhookPolicy, WebhookDelivery, Project]), ExecutionsModule, SettingsModule],
  providers: services,
  exports: [...services, ExecutionsModule, SettingsModule],
})
export class WebhooksModule {}
