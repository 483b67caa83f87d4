import { AppError } from '@breakwater/kernel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** Where browsers send forms. */
const forms = '/c/';

/**
 * Bodies are JSON (415 otherwise, 400 when malformed). An empty one is none: clients send the content type with
 * requests that have no body.
 */
export function acceptJsonOnly(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  app.useBodyParser('application/json', {}, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parseJson(request as FastifyRequest, body.toString('utf8'), done);
  });
  const form = { parseAs: 'string' } as const;
  fastify.addContentTypeParser('application/x-www-form-urlencoded', form, (request, body, done) => {
    if (request.routeOptions.url?.startsWith(forms)) done(null, Object.fromEntries(new URLSearchParams(String(body))));
    else done(new AppError('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json'));
  });
}
