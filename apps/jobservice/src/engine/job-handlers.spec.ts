import { jobs, type JobType } from '@breakwater/contracts';
import { JOB_TABLE } from '@breakwater/platform';
import { Module, type Provider } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { HandlesJob, StartsSchedule } from './handles-job';
import { JobHandlers } from './job-handlers';

const table = { ONE: jobs.EXECUTION_SWEEP, TWO: jobs.EXECUTION_SWEEP };

function handler(type: string): Provider {
  class Handler {
    readonly handles = type;
  }
  HandlesJob(type as JobType)(Handler);
  return Handler;
}

function starter(type: string): Provider {
  class Starter {
    readonly starts = type;
  }
  StartsSchedule(type)(Starter);
  return Starter;
}

async function boot(...providers: Provider[]): Promise<JobHandlers> {
  @Module({
    imports: [DiscoveryModule],
    providers: [{ provide: JOB_TABLE, useValue: table }, JobHandlers, ...providers],
  })
  class TestModule {}
  const context = await NestFactory.createApplicationContext(TestModule, { logger: false, abortOnError: false });
  return context.get(JobHandlers);
}

describe('JobHandlers', () => {
  it('finds the handler of each job, and the starters of schedules', async () => {
    const handlers = await boot(handler('ONE'), handler('TWO'), starter('POLICY'));
    expect(handlers.handlerOf('TWO')).toMatchObject({ handles: 'TWO' });
    expect(handlers.starterOf('POLICY')).toMatchObject({ starts: 'POLICY' });
    expect(handlers.starterOf('OTHER')).toBeUndefined();
    expect(() => handlers.handlerOf('OTHER')).toThrow('nobody handles OTHER');
  });

  it.each([
    ['nobody', [handler('ONE')], 'Job TWO has 0 handlers, expected 1'],
    ['two', [handler('ONE'), handler('TWO'), handler('TWO')], 'Job TWO has 2 handlers, expected 1'],
    ['no job', [handler('ONE'), handler('TWO'), handler('ZERO')], 'ZERO is handled, but there is no such job'],
    [
      'two starters',
      [handler('ONE'), handler('TWO'), starter('P'), starter('P')],
      'Schedules of P have 2 starters, expected 1',
    ],
  ])('refuses to start with %s', async (_case, providers, problem) => {
    await expect(boot(...providers)).rejects.toThrow(problem);
  });
});
