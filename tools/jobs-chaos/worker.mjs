// The job service as it is, with the jobs of this test. Each step appends to the ledger, outside Postgres, and then
// advances with a row, inside.
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBuild } from './build.mjs';
import { effectsOf, table } from './jobs.mjs';

fromBuild('reflect-metadata');
const { createJobservice } = fromBuild('./dist/apps/jobservice/src/create-jobservice.js');
const { HandlesJob, StartsSchedule } = fromBuild('./dist/apps/jobservice/src/engine/handles-job.js');
const { Database, jobserviceConfig, listen, loadConfig } = fromBuild('./dist/libs/platform/src');
const { ExecutionsService } = fromBuild('./dist/libs/domain/executions/src');

const LEDGER_URL = process.env.LEDGER_URL;
const PAUSE_MS = 150;
/** One in so many fails in its first run, after its effect. */
const FAILING = 7;

async function append(key) {
  const answer = await fetch(LEDGER_URL, { method: 'POST', body: JSON.stringify({ key, pid: process.pid }) });
  if (!answer.ok) throw new Error(`the ledger answered ${answer.status}`);
}

function handler(jobType) {
  class Handler {
    constructor(database) {
      this.database = database;
    }

    async run({ number }, context) {
      const keys = effectsOf(jobType, context.taskId);
      context.log(`run ${context.run}, from step ${context.checkpoint ?? 0}`);
      for (let step = context.checkpoint ?? 0; step < keys.length; step++) {
        await sleep(PAUSE_MS * Math.random(), undefined, { signal: context.signal });
        await append(context.idempotencyKey(`step-${step}`));
        if (number % FAILING === 0 && context.run === 1) throw new Error('as it should, once');
        await context.advance(step + 1, () =>
          this.database.query('INSERT INTO chaos_effect (key) VALUES ($1)', [keys[step]]),
        );
      }
      context.result({ steps: keys.length });
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Database], Handler);
  HandlesJob(jobType)(Handler);
  return Handler;
}

class Starter {
  constructor(executions) {
    this.executions = executions;
  }

  async start(schedule, key) {
    const tasks = [{ job: 'CHAOS_TICK', payload: { number: 1 } }];
    await this.executions.start({ vendorType: 'CHAOS', vendorId: schedule.vendorId, trigger: 'SCHEDULE', key, tasks });
  }
}
Reflect.defineMetadata('design:paramtypes', [ExecutionsService], Starter);
StartsSchedule('CHAOS')(Starter);

const config = loadConfig(jobserviceConfig);
const handlers = [...Object.keys(table).map(handler), Starter];
await listen(await createJobservice(config, { table, handlers }), config);
