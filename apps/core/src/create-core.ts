import { admitRequests, type CoreConfig, createServer, measureRequests } from '@breakwater/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RouteInventory } from './auth';
import { Csrf } from './browser/csrf';
import { CoreModule } from './core.module';
import { acceptJsonOnly } from './http-bodies';
import { answerMethodNotAllowed } from './method-not-allowed';
import { serveOpenApi } from './openapi/serve';
import { withoutTrailingSlash } from './rest';
import { routeLimits } from './route-limits';
import { WarmTokens } from './token/warm-tokens';

/** core, ready to listen. */
export async function createCore(config: CoreConfig): Promise<NestFastifyApplication> {
  const app = await createServer(CoreModule.forRoot(config), { rewriteUrl: withoutTrailingSlash });
  const operations = operationsByRoute(app);
  measureRequests(app, {
    nameOf: (route, method) => operations.get(`${method} ${route}`),
    unrouted: 'unknown',
  });
  acceptJsonOnly(app);
  app.get(WarmTokens, { strict: false }).install(app.getHttpAdapter().getInstance());
  app.get(Csrf, { strict: false }).install(app.getHttpAdapter().getInstance());
  answerMethodNotAllowed(app.getHttpAdapter().getInstance());
  admitRequests(app, routeLimits(config));
  serveOpenApi(app);
  return app;
}

/** Metrics call a route by its operationId, as Harbor's do. */
function operationsByRoute(app: NestFastifyApplication): Map<string, string> {
  const routes = app.get(RouteInventory, { strict: false }).routes();
  return new Map(
    routes.flatMap(({ method, path, operation }) => (operation ? [[`${method} ${path}`, operation]] : [])),
  );
}
