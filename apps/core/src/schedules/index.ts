export { historySchema, ScheduleDto, toScheduleHistory } from './schedule.dto';
export { SchedulesApiModule } from './schedules-api.module';
export { SystemJobs, type SystemJob } from './system-jobs.service';
