import { createServer, measureRequests, type JobserviceConfig } from '@breakwater/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { JobserviceModule } from './jobservice.module';

/** The job service, ready to listen. */
export async function createJobservice(config: JobserviceConfig): Promise<NestFastifyApplication> {
  const app = await createServer(JobserviceModule.forRoot(config));
  measureRequests(app);
  return app;
}
