import { createServer, measureRequests, type NotarySignerConfig } from '@breakwater/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NotarySignerModule } from './notary-signer.module';

/** notary-signer, ready to listen. */
export async function createNotarySigner(config: NotarySignerConfig): Promise<NestFastifyApplication> {
  const app = await createServer(NotarySignerModule.forRoot(config));
  measureRequests(app);
  return app;
}
