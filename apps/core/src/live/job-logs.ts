import {
  ExecutionsService,
  isFinal,
  TaskLogs,
  TasksService,
  type ExecutionScope,
  type TaskPlace,
} from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LiveAnswers, type LiveNews } from './live-answers';
import { isLive, lastEventId } from './live-request';

/** Logs of tasks as text; or, when the request asks for that, line by line while the task goes on. */
@Injectable()
export class JobLogs {
  constructor(
    private readonly executions: ExecutionsService,
    private readonly tasks: TasksService,
    private readonly logs: TaskLogs,
    private readonly live: LiveAnswers,
  ) {}

  /** Throws NOT_FOUND; also when the task is somewhere else. */
  async ofTask(place: TaskPlace, request: FastifyRequest): Promise<StreamableFile> {
    if (isLive(request)) {
      const { id } = await this.tasks.get(place);
      return this.live.follow(this.newsOf(id, lastEventId(request)));
    }
    const log = Buffer.from(await this.logs.read(place));
    return new StreamableFile(log, { type: 'text/plain; charset=utf-8', length: log.length });
  }

  /** Of an execution that has one task. Throws NOT_FOUND. */
  async ofExecution(id: number, scope: ExecutionScope, request: FastifyRequest): Promise<StreamableFile> {
    const { items } = await this.executions.listTasks(id, { filters: [], sorts: [], page: 1, pageSize: 1 }, scope);
    const [task] = items;
    if (!task) throw new AppError('NOT_FOUND', `execution ${id} has no task`);
    return this.ofTask({ id: task.id }, request);
  }

  private newsOf(id: number, after: number): () => Promise<LiveNews> {
    let last = after;
    return async () => {
      // First, for nothing is logged once it has ended.
      const { status } = await this.tasks.get({ id });
      const chunks = await this.logs.readAfter(id, last);
      last = chunks.at(-1)?.sequence ?? last;
      const events = chunks.map(({ sequence, text }) => ({ name: 'log', data: text.replace(/\n$/, ''), id: sequence }));
      const ended = isFinal(status) && chunks.length === 0;
      return { events: ended ? [{ name: 'end', data: JSON.stringify({ status }) }] : events, ended };
    };
  }
}
