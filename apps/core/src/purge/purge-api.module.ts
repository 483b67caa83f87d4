import { AuditPurgeModule } from '@breakwater/audit';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { SchedulesApiModule } from '../schedules';
import { PurgeController } from './purge.controller';

@Module({ imports: [AuthModule, SchedulesApiModule, AuditPurgeModule], controllers: [PurgeController] })
export class PurgeApiModule {}
