import { AppError } from '@breakwater/kernel';
import { Broadcast, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { TaskPlace } from './executions.repository';
import { ExecutionsService } from './executions.service';
import { TasksRepository, type TaskRow } from './tasks.repository';

/** Single tasks, whatever execution they belong to. */
@Injectable()
export class TasksService {
  constructor(
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly executions: ExecutionsService,
    private readonly broadcast: Broadcast,
  ) {}

  /** Throws NOT_FOUND; also when it is somewhere else. */
  async get(place: TaskPlace): Promise<TaskRow> {
    const task = await this.tasks.find(place);
    if (!task) throw new AppError('NOT_FOUND', `task ${place.id} not found`);
    return task;
  }

  /** One that waits ends at once, one that runs is asked to; one that has ended stays as it is. Throws NOT_FOUND. */
  async stop(id: number): Promise<void> {
    const { executionId } = await this.get({ id });
    const asked = await this.database.transaction(async () => {
      await this.executions.lock(executionId);
      const stopped = await this.tasks.stop(executionId, id);
      if (stopped.ended.length > 0) await this.executions.endIfDone(executionId, stopped.ended.length);
      return stopped.asked;
    });
    await this.broadcast.emit('task.stop', { taskIds: asked });
  }

  /** Asks every task that runs to stop. */
  async stopRunning(): Promise<void> {
    await this.broadcast.emit('task.stop', { taskIds: await this.tasks.stopRunning() });
  }
}
