import { TaskLogs, TaskRuns, type ClaimedTask } from '@breakwater/executions';
import { JOB_TABLE, type JobTable } from '@breakwater/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobHandlers } from './job-handlers';
import { JobMetrics } from './job-metrics';
import { Leases } from './leases';
import { RunningTask, TaskAborted } from './running-task';

/** A handler that does not heed its signal is not waited for longer. */
const patienceMs = { stopped: 30_000, timeout: 30_000, lost: 30_000, shutdown: 4_000 };
const settleEveryMs = 1_000;
const settleAttempts = 60;

type Outcome = { failed: false } | { failed: true; error: unknown };

/** Runs a task that was taken, to its end or until somebody else is to run it. */
@Injectable()
export class JobRunner {
  private readonly logger = new Logger('Jobs');

  constructor(
    private readonly runs: TaskRuns,
    private readonly logs: TaskLogs,
    private readonly leases: Leases,
    private readonly handlers: JobHandlers,
    private readonly metrics: JobMetrics,
    @Inject(JOB_TABLE) private readonly table: JobTable,
  ) {}

  /** `leaseUntil`: read before the task was taken. Never fails. */
  async run(task: ClaimedTask, leaseUntil: number): Promise<void> {
    const running = new RunningTask(task, leaseUntil, this.runs, this.logs);
    this.leases.hold(running);
    if (task.stopRequested) running.abort('stopped');
    const started = performance.now();
    try {
      const outcome = await this.handle(running);
      if (outcome.failed) this.explain(running, outcome.error);
      running.close();
      await running.flush();
      const status = await this.settle(running, outcome);
      this.metrics.ended(task.jobType, status, (performance.now() - started) / 1_000);
    } finally {
      running.close();
      this.leases.release(running);
    }
  }

  private async handle(running: RunningTask): Promise<Outcome> {
    if (running.aborted) return { failed: true, error: running.signal.reason };
    const { jobType, payload } = running.task;
    const { timeoutSeconds = 0 } = this.table[jobType] ?? {};
    const timer = setTimeout(() => running.abort('timeout'), Math.min(timeoutSeconds * 1_000, 2 ** 31 - 1));
    const ended = new AbortController();
    try {
      const parsed: unknown = this.table[jobType]?.payload.parse(payload);
      const work = this.handlers.handlerOf(jobType).run(parsed as never, running);
      await Promise.race([work, unheeded(running.signal, ended.signal)]);
      return { failed: false };
    } catch (error) {
      return { failed: true, error };
    } finally {
      ended.abort();
      clearTimeout(timer);
    }
  }

  private explain(running: RunningTask, error: unknown): void {
    const { aborted, task } = running;
    if (aborted !== undefined && aborted !== 'timeout')
      return running.log(`ended: ${messageOf(running.signal.reason)}`);
    running.logError(messageOf(aborted ? running.signal.reason : error));
    this.logger.warn({ err: error, job: task.jobType, task: task.id, run: task.run }, 'a task failed');
  }

  /** Tells Postgres; again and again while it is away, until somebody else may have the task. */
  private async settle(running: RunningTask, outcome: Outcome): Promise<string> {
    for (let attempt = 1; attempt <= settleAttempts && performance.now() < running.leaseUntil; attempt++) {
      try {
        return await this.decide(running, outcome);
      } catch (error) {
        this.logger.error({ err: error, task: running.taskId }, 'the end of a task could not be written');
        await sleep(settleEveryMs);
      }
    }
    return 'Lost';
  }

  private async decide({ task, aborted, outcome: result }: RunningTask, outcome: Outcome): Promise<string> {
    if (!outcome.failed) return this.end(task, { status: 'Success', message: '', result });
    if (aborted === 'lost') return 'Lost';
    if (aborted === 'shutdown') {
      await this.runs.giveBack(task);
      return 'Pending';
    }
    if (aborted === 'stopped') return this.end(task, { status: 'Stopped', message: '' });
    const declaration = this.table[task.jobType];
    const message = messageOf(aborted ? new TaskAborted(aborted) : outcome.error);
    if (!declaration || task.failures + 1 >= declaration.attempts) return this.end(task, { status: 'Error', message });
    const wait = Math.min(declaration.backoffSeconds * 2 ** task.failures, declaration.maxBackoffSeconds);
    return (await this.runs.retry(task, wait, message)) ? 'Scheduled' : 'Lost';
  }

  private async end(task: ClaimedTask, end: Parameters<TaskRuns['end']>[1]): Promise<string> {
    return (await this.runs.end(task, end)) ? end.status : 'Lost';
  }
}

const mostMessage = 4_000;

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\0', '').slice(0, mostMessage);
}

/** Rejects when the signal was not heeded for too long; never resolves. */
async function unheeded(signal: AbortSignal, ended: AbortSignal): Promise<never> {
  const kind = await new Promise<keyof typeof patienceMs>((resolve) => {
    const heard = () => resolve(signal.reason instanceof TaskAborted ? signal.reason.kind : 'lost');
    if (signal.aborted) heard();
    signal.addEventListener('abort', heard, { once: true, signal: ended });
  });
  await sleep(patienceMs[kind], undefined, { signal: ended }).catch(() => new Promise(() => undefined));
  throw signal.reason;
}
