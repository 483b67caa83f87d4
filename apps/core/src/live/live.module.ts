import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { ExecutionProgress } from './execution-progress';
import { JobLogs } from './job-logs';
import { LiveAnswers } from './live-answers';

/** What goes on, told while it does. */
@Module({
  imports: [ExecutionsModule],
  providers: [LiveAnswers, JobLogs, ExecutionProgress],
  exports: [JobLogs, ExecutionProgress],
})
export class LiveModule {}
