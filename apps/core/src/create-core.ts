import { createServer, type CoreConfig } from '@breakwater/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CoreModule } from './core.module';
import { acceptJsonOnly } from './http-bodies';
import { answerMethodNotAllowed } from './method-not-allowed';
import { serveOpenApi } from './openapi/serve';
import { withoutTrailingSlash } from './rest';

/** core, ready to listen. */
export async function createCore(config: CoreConfig): Promise<NestFastifyApplication> {
  const app = await createServer(CoreModule.forRoot(config), { rewriteUrl: withoutTrailingSlash });
  acceptJsonOnly(app);
  answerMethodNotAllowed(app.getHttpAdapter().getInstance());
  serveOpenApi(app);
  return app;
}
