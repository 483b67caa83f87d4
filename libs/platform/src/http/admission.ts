import type { AppError } from '@breakwater/kernel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConcurrencyLimiter } from './concurrency-limiter';
import { sendError, toAppError } from './error-envelope.filter';
import { RateLimits } from './rate-limits';

/** The limiter of the class that a request belongs to; undefined: it is never held up. */
export type LimiterOf = (request: FastifyRequest) => ConcurrencyLimiter | undefined;

/**
 * Requests pass here before their body is read and before anybody looks at their credentials: first the rate of the
 * client's address, then a place in their class. Call after the hooks that set the headers of every answer.
 */
export function admitRequests(app: NestFastifyApplication, limiterOf: LimiterOf): void {
  const rates = app.get(RateLimits);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      try {
        if (!isOfThePlatform(request)) rates.countAddress(request.raw);
      } catch (error) {
        return sendError(reply, toAppError(error));
      }
      const limiter = limiterOf(request);
      if (!limiter) return done();
      enterFor(limiter, request.raw, reply.raw, (refusal) => (refusal ? sendError(reply, refusal) : done()));
    });
}

/** Asked by supervisors and other services; nginx lets nobody else through to them. */
function isOfThePlatform({ url }: FastifyRequest): boolean {
  return url === '/healthz' || url === '/readyz' || url.startsWith('/internal/');
}

/**
 * Takes a place for a request, or waits for one, until its response is over. Who goes away meanwhile leaves the queue
 * (a client that has sent more body than fits the buffers is not seen leaving before the body is read).
 */
export function enterFor(
  limiter: ConcurrencyLimiter,
  request: IncomingMessage,
  response: ServerResponse,
  entered: (refusal?: AppError) => void,
): void {
  const { socket } = request;
  if (socket.destroyed) return;
  let end: (() => void) | undefined;
  whenOver(socket, response, () => end?.());
  const quit = limiter.enter((refusal) => {
    if (!refusal) end = () => limiter.leave();
    // For who is gone nothing is done; the place is given back in a moment.
    if (!socket.destroyed) entered(refusal);
  });
  end ??= quit;
}

/** The same for who would not wait; false: there is no place. */
export function tryEnterFor(limiter: ConcurrencyLimiter, request: IncomingMessage, response: ServerResponse): boolean {
  if (!limiter.tryEnter()) return false;
  whenOver(request.socket, response, () => limiter.leave());
  return true;
}

/** By connection, what is to be done when it closes. */
const unfinished = new WeakMap<Socket, Set<() => void>>();

/** A response that waits behind another one on its connection (pipelining) is not told when the connection breaks. */
function whenOver(socket: Socket, response: ServerResponse, over: () => void): void {
  const ends = unfinished.get(socket) ?? watch(socket);
  ends.add(over);
  response.once('close', () => {
    if (ends.delete(over)) over();
  });
}

function watch(socket: Socket): Set<() => void> {
  const ends = new Set<() => void>();
  unfinished.set(socket, ends);
  socket.once('close', () => {
    for (const over of ends) {
      ends.delete(over);
      over();
    }
  });
  return ends;
}
