import { EventsModule } from '@breakwater/events';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditForwarder } from './audit-forwarder';
import { AuditListRepository } from './audit-list.repository';
import { AuditLog } from './audit-log.entity';
import { AuditSubscriber } from './audit-subscriber';
import { AuditTrail } from './audit-trail';

const services = [AuditTrail, AuditListRepository, AuditSubscriber, AuditForwarder];

@Module({
  imports: [TypeOrmModule.forFeature([AuditLog]), EventsModule, SettingsModule],
  providers: services,
  exports: services,
})
export class AuditModule {}
