import { armFailpoint, escapeRepositoryName, parseFailpoint } from '@breakwater/kernel';
import {
  admitRequests,
  Certificate,
  collectCertificate,
  createServer,
  measureRequests,
  Metrics,
  type RegistryConfig,
} from '@breakwater/platform';
import { openBlobStore } from '@breakwater/storage';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HotPath } from './hot/hot-path';
import { leaveContinueToHandlers } from './http/expect-continue';
import { answerMethodNotAllowed } from './http/method-not-allowed';
import type { Routes } from './http/route';
import { RouteLimits } from './http/route-limits';
import { Router } from './http/router';
import { Outcomes } from './metrics/outcomes';
import { routeName } from './metrics/route-names';
import { RegistryModule, routes } from './registry.module';

/** The registry, ready to listen. */
export async function createRegistry(config: RegistryConfig): Promise<NestFastifyApplication> {
  armFailpoint(config.BREAKWATER_FAILPOINT === undefined ? undefined : parseFailpoint(config.BREAKWATER_FAILPOINT));
  const registry = RegistryModule.forRoot(config, await openBlobStore(config));
  const certificate = ownCertificate(config);
  const app = await createServer(registry, { rewriteUrl: escapeRepositoryName, rawBodies: true, certificate });
  collectCertificate(app.get(Metrics), 'server', () => certificate?.shown);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (_request, reply, done) => {
    void reply.header('Docker-Distribution-Api-Version', 'registry/2.0');
    done();
  });
  const outcomes = app.get(Outcomes);
  measureRequests(app, {
    nameOf: routeName,
    onOutcome: (route, { method }, outcome) => outcomes.note(route, method, outcome),
  });
  app.get(Router).mount(
    fastify,
    routes.map((group) => app.get<Routes>(group)),
  );
  answerMethodNotAllowed(fastify);
  const limits = app.get(RouteLimits);
  admitRequests(app, (request) => limits.of(request));
  leaveContinueToHandlers(app.getHttpServer());
  app.get(HotPath).install(app.getHttpServer());
  return app;
}

function ownCertificate({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key }: RegistryConfig): Certificate | undefined {
  return cert !== undefined && key !== undefined ? new Certificate({ cert, key }) : undefined;
}
