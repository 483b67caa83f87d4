export { AuditLog } from './audit-log.entity';
export { AuditPurgeModule } from './audit-purge.module';
export { AuditPurgeService, type PurgeParameters } from './audit-purge.service';
export { EventsModule } from './events.module';
export { Outbox, type NewEvent } from './outbox';
export { OutboxEvent } from './outbox.entity';
export { OutboxRelay, type EventSubscriber, type PublishedEvent } from './outbox-relay';
export { Partitions } from './partitions';
