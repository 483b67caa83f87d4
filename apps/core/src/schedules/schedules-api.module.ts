import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { SystemJobs } from './system-jobs.service';

/** The schedules of the system, and what jobs with a schedule share. */
@Module({ imports: [ExecutionsModule], providers: [SystemJobs], exports: [SystemJobs] })
export class SchedulesApiModule {}
