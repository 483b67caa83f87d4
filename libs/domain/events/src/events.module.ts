import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditLog } from './audit-log.entity';
import { Outbox } from './outbox';
import { OutboxEvent } from './outbox.entity';
import { OutboxRelay } from './outbox-relay';
import { Partitions } from './partitions';

@Module({
  imports: [TypeOrmModule.forFeature([OutboxEvent, AuditLog])],
  providers: [Outbox, OutboxRelay, Partitions],
  exports: [Outbox, OutboxRelay, Partitions],
})
export class EventsModule {}
