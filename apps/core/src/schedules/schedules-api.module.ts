import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { LiveModule } from '../live';
import { SchedulesController } from './schedules.controller';
import { SystemJobs } from './system-jobs.service';

/** The schedules of the system, and what jobs with a schedule share. */
@Module({
  imports: [AuthModule, ExecutionsModule, LiveModule],
  controllers: [SchedulesController],
  providers: [SystemJobs],
  exports: [SystemJobs],
})
export class SchedulesApiModule {}
