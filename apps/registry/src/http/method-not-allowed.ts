import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders, sendError } from '@breakwater/platform';
import type { FastifyInstance } from 'fastify';

const allowed: [RegExp, string][] = [
  [/^\/v2\/?$/, 'GET'],
  [/^\/v2\/_catalog$/, 'GET'],
  [/^\/v2\/[^/]+\/tags\/list$/, 'GET'],
  [/^\/v2\/[^/]+\/manifests\/[^/]+$/, 'GET, HEAD, PUT, DELETE'],
  [/^\/v2\/[^/]+\/blobs\/uploads\/?$/, 'POST'],
  [/^\/v2\/[^/]+\/blobs\/uploads\/[^/]+$/, 'GET, PATCH, PUT, DELETE'],
  [/^\/v2\/[^/]+\/blobs\/[^/]+$/, 'GET, HEAD, DELETE'],
  [/^\/v2\/[^/]+\/referrers\/[^/]+$/, 'GET'],
];

/** Without this, `uploads` would be taken for a digest. */
const uploads = /\/blobs\/uploads\/?(?:\?|$)/;

/** RFC 9110 section 15.5.6: a known path with another method is 405 and says which methods there are. */
export function answerMethodNotAllowed(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const path = request.is404 || uploads.test(request.url) ? (request.url.split('?')[0] ?? '') : '';
    const methods = allowed.find(([pattern]) => pattern.test(path))?.[1];
    if (!methods || methods.split(', ').includes(request.method)) return done();
    sendError(
      reply,
      new AppErrorWithHeaders(new AppError('UNSUPPORTED', `${request.method} is not supported here`), {
        allow: methods,
      }),
    );
  });
}
