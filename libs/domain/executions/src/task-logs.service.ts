import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import type { TaskPlace } from './executions.repository';
import { TaskLogsRepository, type LogChunk } from './task-logs.repository';
import type { RunToken } from './task-runs.repository';

/** Bytes that one task may log, and that one answer holds. */
export const mostLogBytes = 10 * 1024 * 1024;
/** Of a live log, at most so many pieces at a time. */
const page = 100;

/** The logs of tasks, in pieces of whole lines. */
@Injectable()
export class TaskLogs {
  constructor(private readonly logs: TaskLogsRepository) {}

  /** Bytes so far. */
  size(taskId: number): Promise<number> {
    return this.logs.size(taskId);
  }

  /** `text`: whole lines. Nothing happens when the task is not that worker's any more. */
  append(task: RunToken, text: string): Promise<void> {
    return this.logs.append(task, text);
  }

  /** The whole log; of one that is longer than 10 MB the end. Throws NOT_FOUND; also when the task is somewhere else. */
  async read(place: TaskPlace): Promise<string> {
    const texts = await this.logs.tail(place, mostLogBytes);
    if (!texts) throw new AppError('NOT_FOUND', `task ${place.id} not found`);
    return texts.join('');
  }

  /**
   * What came after the piece of that number (0: from the start), some of it: for a live log, ask again from the last
   * one's `sequence`.
   */
  readAfter(taskId: number, sequence: number): Promise<LogChunk[]> {
    return this.logs.after(taskId, sequence, page);
  }
}
