export { AuditLog } from './audit-log.entity';
export { EventsModule } from './events.module';
export { Outbox, type NewEvent } from './outbox';
export { OutboxEvent } from './outbox.entity';
export { OutboxRelay, type EventSubscriber, type PublishedEvent } from './outbox-relay';
export { Partitions } from './partitions';
