import type { Type, DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Logger, PinoLogger } from 'nestjs-pino';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Certificate } from './certificate';
import { ErrorEnvelopeFilter, sendError, toAppError } from './error-envelope.filter';
import { endOnSignals, type DrainSettings } from './graceful-end';
import { answerMalformed } from './malformed-requests';

export interface ServerOptions {
  /** Rewrites a URL before routing. */
  rewriteUrl?: (url: string) => string;
  /** Request bodies reach the handler as streams, whatever their type, instead of parsed JSON. */
  rawBodies?: boolean;
  /** Longest request body of a parsed route, in bytes. */
  bodyLimit?: number;
  /** Speak TLS, and nothing else, with this certificate. */
  certificate?: Certificate;
}

/** Long enough for a sha512 digest beside a repository name of 255 characters, escaped. */
const maxParamLength = 2_048;
/** Many tags in one URL ("Pushing manifests with tags") need more than Node's 16 KB of headers. */
const maxHeaderSize = 64 * 1024;

/** A Nest application on Fastify with the platform's errors, request ids and limits. It does not listen yet. */
export async function createServer(
  module: Type | DynamicModule,
  options: ServerOptions = {},
): Promise<NestFastifyApplication> {
  const { certificate } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimit ?? 4 * 1024 * 1024,
    routerOptions: { maxParamLength, ignoreTrailingSlash: true },
    genReqId: requestId,
    rewriteUrl: (request: IncomingMessage) => options.rewriteUrl?.(request.url ?? '/') ?? request.url ?? '/',
    requestTimeout: 0,
    keepAliveTimeout: 75_000,
    ...(certificate ? { https: { ...certificate.options, maxHeaderSize } } : { http: { maxHeaderSize } }),
    // What Fastify refuses before routing (a malformed escape, say) looks like every other error.
    frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => sendError(reply, toAppError(error)),
    clientErrorHandler: answerMalformed,
    exposeHeadRoutes: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    abortOnError: false,
    bodyParser: !options.rawBodies,
    // Fastify made the server; this is how Nest learns what its address begins with.
    ...(certificate && { httpsOptions: {} }),
  });
  certificate?.follow(app.getHttpServer());
  const fastify = adapter.getInstance();
  if (options.rawBodies) {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
  app.useLogger(app.get(Logger));
  logRequests(fastify, await app.resolve(PinoLogger));
  app.useGlobalFilters(new ErrorEnvelopeFilter());
  return app;
}

/** At debug level only; a request that failed is logged with its error (error-envelope.filter.ts). */
function logRequests(fastify: FastifyInstance, { logger }: PinoLogger): void {
  if (!logger.isLevelEnabled('debug')) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    logger.debug(
      {
        requestId: request.id,
        method: request.method,
        url: request.url.split('?')[0],
        remoteAddress: request.ip,
        statusCode: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
      },
      'request answered',
    );
    done();
  });
}

/** Thousands of clients may come at the same moment; Linux takes at most net.core.somaxconn (4096). */
const backlog = 4_096;

/** Listens as configured, until a signal ends it; resolves when connections are taken. */
export async function listen(
  app: NestFastifyApplication,
  config: DrainSettings & { HOST: string; PORT: number },
): Promise<void> {
  endOnSignals(app, config);
  await app.listen({ port: config.PORT, host: config.HOST, backlog });
  app.get(Logger).log(`listening on ${await app.getUrl()}`);
}

function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}
