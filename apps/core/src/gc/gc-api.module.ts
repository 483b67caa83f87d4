import { GcRunsModule } from '@breakwater/gc';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { SchedulesApiModule } from '../schedules';
import { GcController } from './gc.controller';

@Module({ imports: [AuthModule, SchedulesApiModule, GcRunsModule], controllers: [GcController] })
export class GcApiModule {}
