// Starts executions and schedules as core does it: through the domain library.
import { fromBuild } from './build.mjs';
import { table } from './jobs.mjs';

fromBuild('reflect-metadata');
const { Module } = fromBuild('@nestjs/common');
const { NestFactory } = fromBuild('@nestjs/core');
const { ConfigModule, DatabaseModule, QueueModule } = fromBuild('./dist/libs/platform/src');
const { ExecutionsModule, ExecutionsService, SchedulesService } = fromBuild('./dist/libs/domain/executions/src');

export async function openStarter({ DATABASE_URL, REDIS_URL }) {
  class StarterModule {}
  Module({
    imports: [
      ConfigModule.forRoot({}),
      DatabaseModule.forRoot({ DATABASE_URL, DATABASE_POOL_SIZE: 3 }),
      QueueModule.forRoot({ REDIS_URL, REDIS_PREFIX: '{bw}' }, table),
      ExecutionsModule,
    ],
  })(StarterModule);
  const context = await NestFactory.createApplicationContext(StarterModule, { logger: false, abortOnError: false });
  return {
    executions: context.get(ExecutionsService, { strict: false }),
    schedules: context.get(SchedulesService, { strict: false }),
    close: () => context.close(),
  };
}
