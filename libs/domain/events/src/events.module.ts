import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Outbox } from './outbox';
import { OutboxDelivery } from './outbox-delivery.entity';
import { OutboxEvent } from './outbox.entity';
import { OutboxRelay } from './outbox-relay';
import { Partitions } from './partitions';

const services = [Outbox, OutboxRelay, Partitions];

@Module({
  imports: [TypeOrmModule.forFeature([OutboxEvent, OutboxDelivery])],
  providers: services,
  exports: services,
})
export class EventsModule {}
