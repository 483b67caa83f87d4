import { createServer, measureRequests, type RegistryctlConfig } from '@breakwater/platform';
import { openBlobStore } from '@breakwater/storage';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RegistryctlModule } from './registryctl.module';

/** registryctl, ready to listen. */
export async function createRegistryctl(config: RegistryctlConfig): Promise<NestFastifyApplication> {
  const app = await createServer(RegistryctlModule.forRoot(config, await openBlobStore(config)));
  measureRequests(app);
  return app;
}
