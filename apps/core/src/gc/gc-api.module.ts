import { GcRunsModule } from '@breakwater/gc';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { SchedulesApiModule } from '../schedules';
import { GcController } from './gc.controller';
import { ScrubController } from './scrub.controller';

@Module({ imports: [AuthModule, SchedulesApiModule, GcRunsModule], controllers: [GcController, ScrubController] })
export class GcApiModule {}
