export { ExecutionProgress } from './execution-progress';
export { JobLogs } from './job-logs';
export { ReturnsEvents, ReturnsLog } from './live.decorators';
export { LiveModule } from './live.module';
export { isLive } from './live-request';
