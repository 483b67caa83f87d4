export type { EventSubscriber, PublishedEvent } from './event-subscriber';
export { EventsModule } from './events.module';
export { Outbox, type NewEvent } from './outbox';
export { OutboxDelivery } from './outbox-delivery.entity';
export { OutboxEvent } from './outbox.entity';
export { OutboxRelay } from './outbox-relay';
export { Partitions } from './partitions';
