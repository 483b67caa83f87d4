import { armFailpoint, parseFailpoint } from '@breakwater/kernel';
import { admitRequests, createServer, measureRequests, type NotaryServerConfig } from '@breakwater/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TrustLimits } from './http/trust-limits';
import { parseTrustRequest } from './http/trust-path';
import { NotaryServerModule } from './notary-server.module';
import { TrustRouter } from './routes/trust-router';

/** notary-server, ready to listen. */
export async function createNotaryServer(config: NotaryServerConfig): Promise<NestFastifyApplication> {
  armFailpoint(config.BREAKWATER_FAILPOINT === undefined ? undefined : parseFailpoint(config.BREAKWATER_FAILPOINT));
  const app = await createServer(NotaryServerModule.forRoot(config), { rawBodies: true });
  measureRequests(app, {
    nameOf: (_route, method, { url }) => parseTrustRequest(method, url).operation,
  });
  app.get(TrustRouter).mount(app.getHttpAdapter().getInstance());
  const limits = app.get(TrustLimits);
  admitRequests(app, (request) => limits.of(request));
  return app;
}
