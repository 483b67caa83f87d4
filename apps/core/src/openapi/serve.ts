import type { OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { api } from '../rest';
import { openApiDocument } from './document';

/** Serves the document at `/api/v2.0/openapi.json`; it is built when somebody asks first. */
export function serveOpenApi(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get(`/${api}/openapi.json`, (_request, reply) => {
      document ??= openApiDocument(app);
      return reply.send(document);
    });
}
