import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestMetrics, type RequestOutcome } from './request-metrics';

/** A client that went away before its answer, as nginx logs it. */
const clientGone = 499;
/** Methods are whatever a client writes; only these get a series. */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export interface MeasureOptions {
  /** The label of a route: its pattern, `/v2/:name/tags/list`, unless a name is given here. */
  nameOf?: (route: string, method: string, request: FastifyRequest) => string | undefined;
  /** The label of everything that no route answers. */
  unrouted?: string;
  /** Called with every outcome, for what else a service counts. */
  onOutcome?: (route: string, request: FastifyRequest, outcome: RequestOutcome) => void;
}

/** Counts and times every request that reaches the framework, and names its trace after the route. */
export function measureRequests(app: NestFastifyApplication, options: MeasureOptions = {}): void {
  const metrics = app.get(RequestMetrics);
  const { nameOf, unrouted = 'other', onOutcome } = options;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const pattern = request.routeOptions.url;
      nameTrace(request.method, pattern);
      if (metrics.enabled) {
        const method = knownMethods.has(request.method) ? request.method : 'other';
        const route = pattern === undefined ? unrouted : (nameOf?.(pattern, method, request) ?? pattern);
        measure(request, reply, (outcome) => {
          metrics.series(route, method).observe(outcome);
          metrics.ended(route);
          onOutcome?.(route, request, outcome);
        });
        metrics.began(route);
      }
      done();
    });
}

function nameTrace(method: string, pattern: string | undefined): void {
  const span = trace.getActiveSpan();
  if (!span || pattern === undefined) return;
  span.updateName(`${method} ${pattern}`);
  span.setAttribute('http.route', pattern);
}

function measure(request: FastifyRequest, reply: FastifyReply, done: (outcome: RequestOutcome) => void): void {
  const started = performance.now();
  const { socket } = request.raw;
  const readBefore = socket.bytesRead;
  // `close` comes after the last byte as well as when the client hangs up; Fastify's own hook misses the latter.
  reply.raw.once('close', () => {
    const { headersSent, statusCode, writableFinished } = reply.raw;
    done({
      code: writableFinished || headersSent ? statusCode : clientGone,
      seconds: (performance.now() - started) / 1_000,
      requestBytes: requestBytes(request, socket.bytesRead - readBefore),
      responseBytes: responseBytes(request, reply),
    });
  });
}

/** A chunked body has no length: what came over the connection meanwhile is close. */
function requestBytes({ headers }: FastifyRequest, received: number): number {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (length !== undefined) return Number(length) || 0;
  return encoding === undefined ? 0 : Math.max(0, received);
}

/** Bytes that the front door sends in place of this process are told by `deliveredBytes`. */
function responseBytes(request: FastifyRequest, reply: FastifyReply): number {
  if (request.deliveredBytes !== undefined) return request.deliveredBytes;
  if (request.method === 'HEAD') return 0;
  return Number(reply.raw.getHeader('content-length') ?? 0) || 0;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Bytes of the answer that somebody else sends. */
    deliveredBytes?: number;
  }
}
