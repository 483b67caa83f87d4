import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Execution } from './execution.entity';
import { ExecutionsRepository } from './executions.repository';
import { ExecutionsService } from './executions.service';
import { PausedQueue } from './paused-queue.entity';
import { Schedule } from './schedule.entity';
import { SchedulesRepository } from './schedules.repository';
import { SchedulesService } from './schedules.service';
import { TaskLog } from './task-log.entity';
import { Task } from './task.entity';
import { TasksRepository } from './tasks.repository';
import { WorkerPool } from './worker-pool.entity';

@Module({
  imports: [TypeOrmModule.forFeature([Execution, Task, TaskLog, Schedule, WorkerPool, PausedQueue])],
  providers: [ExecutionsService, ExecutionsRepository, TasksRepository, SchedulesService, SchedulesRepository],
  exports: [ExecutionsService, SchedulesService],
})
export class ExecutionsModule {}
