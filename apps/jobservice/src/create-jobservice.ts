import { createServer, measureRequests, redisTransportOptions, type JobserviceConfig } from '@breakwater/platform';
import { Logger } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { JobserviceModule, type OtherJobs } from './jobservice.module';

/** The job service, working and ready to listen. Throws when a job has not exactly one handler. */
export async function createJobservice(
  config: JobserviceConfig,
  otherJobs?: OtherJobs,
): Promise<NestFastifyApplication> {
  const app = await createServer(JobserviceModule.forRoot(config, otherJobs));
  measureRequests(app);
  app.connectMicroservice({ transport: Transport.REDIS, options: redisTransportOptions(config) });
  await app.init();
  // Broadcasts are hints: the service does not wait for a Redis that is away.
  app.startAllMicroservices().catch((error: unknown) => {
    new Logger('Jobs').error({ err: error }, 'broadcasts are not heard');
  });
  return app;
}
