import type { JobDeclaration, JobType } from '@breakwater/contracts';
import { ExecutionsService, type JobContext } from '@breakwater/executions';
import { Database } from '@breakwater/platform';
import type { testRedis } from '@breakwater/testing';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createJobservice } from '../create-jobservice';
import { HandlesJob, StartsSchedule } from '../engine/handles-job';
import { testConfig } from './test-config';

export type Work = (context: JobContext, text: string) => Promise<void>;

/** A job of the test: its payload is `{ text }`. */
export interface TestJob {
  declaration?: Partial<JobDeclaration>;
  work: Work;
}

const standard: JobDeclaration = {
  payload: z.object({ text: z.string() }),
  concurrency: 4,
  exclusive: false,
  attempts: 3,
  backoffSeconds: 0.1,
  maxBackoffSeconds: 0.2,
  timeoutSeconds: 60,
};

/** A replica of the job service with the test's own jobs; short leases. */
export async function startEngine(
  jobs: Record<string, TestJob>,
  server: { databaseUrl: string; redis: ReturnType<typeof testRedis> },
  settings: Record<string, string> = {},
): Promise<EngineUnderTest> {
  const config = testConfig(server, { JOB_LEASE_SECONDS: '2', JOB_RECONCILE_SECONDS: '1', ...settings });
  const table = Object.fromEntries(
    Object.entries(jobs).map(([type, { declaration }]) => [type, { ...standard, ...declaration }]),
  );
  const handlers = Object.entries(jobs).map(([type, { work }]) => handlerClass(type, work));
  const app = await createJobservice(config, { table, handlers: [...handlers, starterClass()] });
  await app.init();
  return new EngineUnderTest(app);
}

function handlerClass(type: string, work: Work): Type {
  class Handler {
    run({ text }: { text: string }, context: JobContext): Promise<void> {
      return work(context, text);
    }
  }
  HandlesJob(type as JobType)(Handler);
  return Handler;
}

/** Schedules of `TICK` start a task of that type. */
function starterClass(): Type {
  class Starter {
    constructor(private readonly executions: ExecutionsService) {}
    async start(_schedule: unknown, key: string): Promise<void> {
      await this.executions.start({
        vendorType: 'TICK',
        trigger: 'SCHEDULE',
        key,
        tasks: [{ job: 'TICK' as JobType, payload: { text: key } as never }],
      });
    }
  }
  StartsSchedule('TICK')(Starter);
  Reflect.defineMetadata('design:paramtypes', [ExecutionsService], Starter);
  return Starter;
}

export class EngineUnderTest {
  readonly executions: ExecutionsService;
  readonly database: Database;

  constructor(readonly app: NestFastifyApplication) {
    this.executions = app.get(ExecutionsService, { strict: false });
    this.database = app.get(Database, { strict: false });
  }

  /** Starts an execution of tasks of one type; its id. */
  async start(type: string, texts: string[], options: { serialKey?: string; runAt?: Date } = {}): Promise<number> {
    const tasks = texts.map((text) => ({ job: type as JobType, payload: { text } as never, ...options }));
    return (await this.executions.start({ vendorType: type, trigger: 'MANUAL', tasks }))!;
  }

  async ended(id: number): Promise<Awaited<ReturnType<ExecutionsService['get']>>> {
    return until(async () => {
      const execution = await this.executions.get(id);
      return execution.endTime ? execution : undefined;
    });
  }

  async tasks(id: number) {
    return (await this.executions.listTasks(id, { filters: [], sorts: [], page: 1, pageSize: 100 })).items;
  }
}

/** What `look` finds, as soon as it finds something. */
export async function until<T>(look: () => Promise<T | undefined>, mostMs = 6_000): Promise<T> {
  for (const end = performance.now() + mostMs; performance.now() < end; await sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('waited in vain');
}
