import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Execution } from './execution.entity';
import { ExecutionSweep } from './execution-sweep.service';
import { ExecutionsRepository } from './executions.repository';
import { ExecutionsService } from './executions.service';
import { PoolsService } from './pools.service';
import { QueuesRepository } from './queues.repository';
import { QueuesService } from './queues.service';
import { PausedQueue } from './paused-queue.entity';
import { Schedule } from './schedule.entity';
import { SchedulesRepository } from './schedules.repository';
import { SchedulesService } from './schedules.service';
import { TaskLog } from './task-log.entity';
import { TaskLogsRepository } from './task-logs.repository';
import { TaskLogs } from './task-logs.service';
import { TaskRunsRepository } from './task-runs.repository';
import { TaskRuns } from './task-runs.service';
import { Task } from './task.entity';
import { TasksRepository } from './tasks.repository';
import { TasksService } from './tasks.service';
import { WorkerPool } from './worker-pool.entity';

@Module({
  imports: [TypeOrmModule.forFeature([Execution, Task, TaskLog, Schedule, WorkerPool, PausedQueue])],
  providers: [
    ExecutionsService,
    ExecutionsRepository,
    TasksRepository,
    TasksService,
    SchedulesService,
    SchedulesRepository,
    TaskRuns,
    TaskRunsRepository,
    TaskLogs,
    TaskLogsRepository,
    QueuesService,
    QueuesRepository,
    PoolsService,
    ExecutionSweep,
  ],
  exports: [
    ExecutionsService,
    TasksService,
    SchedulesService,
    TaskRuns,
    TaskLogs,
    QueuesService,
    PoolsService,
    ExecutionSweep,
  ],
})
export class ExecutionsModule {}
