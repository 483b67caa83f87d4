import { AppError } from '@breakwater/kernel';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../auth';
import { pageFile } from './page-files';

/** Only what this server sends runs, and only this server is asked; Swagger UI's stylesheet holds its images itself. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** An interactive page over the OpenAPI document, where Harbor has its own (management-platform.md section 2). */
@ApiExcludeController()
@Public()
@Controller('devcenter-api-2.0')
export class ApiPageController {
  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send('index.html', request, reply);
  }

  @Get(':file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(name, request, reply);
  }
}

function send(name: string, { headers }: FastifyRequest, reply: FastifyReply): void {
  const file = pageFile(name);
  if (!file) throw new AppError('NOT_FOUND', 'there is nothing at this address');
  void reply.headers({
    etag: file.etag,
    vary: 'Accept-Encoding',
    // Asked for each time, sent when it changed: a new version shows at once.
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  if (headers['if-none-match'] === file.etag) return void reply.status(304).send();
  const zipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? '')) ? file.gzipped : undefined;
  if (zipped) void reply.header('content-encoding', 'gzip');
  void reply.type(file.type).send(zipped ?? file.content);
}
