import { ExecutionsService, type ExecutionRow, type JobStatus } from '@breakwater/executions';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { LiveAnswers, type LiveNews } from './live-answers';

const mostTasks = 20;

/** How an execution gets on, while it does. */
@Injectable()
export class ExecutionProgress {
  constructor(
    private readonly executions: ExecutionsService,
    private readonly live: LiveAnswers,
  ) {}

  /** An event `progress` whenever something has changed, and `end` with the last state. Throws NOT_FOUND. */
  async follow(id: number): Promise<StreamableFile> {
    await this.executions.get(id);
    return this.live.follow(this.newsOf(id));
  }

  private newsOf(id: number): () => Promise<LiveNews> {
    let last = '';
    return async () => {
      const execution = await this.executions.get(id);
      const ended = execution.endTime !== null;
      const data = JSON.stringify({ ...shown(execution), running: ended ? [] : await this.running(id) });
      if (data === last && !ended) return { events: [], ended };
      last = data;
      return { events: [{ name: ended ? 'end' : 'progress', data }], ended };
    };
  }

  /** What tasks that run tell of themselves. */
  private async running(id: number) {
    const { items } = await this.executions.listTasks(id, {
      filters: [{ key: 'status', match: 'exact', value: 'Running' satisfies JobStatus }],
      sorts: [],
      page: 1,
      pageSize: mostTasks,
    });
    return items.map((task) => ({ id: task.id, job_type: task.jobType, extra_attrs: task.extraAttrs }));
  }
}

function shown({ id, vendorType, vendorId, status, statusMessage, extraAttrs, tasks }: ExecutionRow) {
  return {
    id,
    vendor_type: vendorType,
    vendor_id: vendorId,
    status,
    status_message: statusMessage,
    extra_attrs: extraAttrs,
    metrics: {
      task_count: Object.values(tasks).reduce((sum, count) => sum + count, 0),
      ...Object.fromEntries(
        Object.entries(tasks).map(([state, count]) => [`${state.toLowerCase()}_task_count`, count]),
      ),
    },
  };
}
