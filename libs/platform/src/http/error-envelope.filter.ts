import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AppError, errorStatus, type ErrorCode } from '@breakwater/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ZodSerializationException, ZodValidationException } from 'nestjs-zod';
import type { ZodError } from 'zod';
import { isDatabaseUnavailable } from '../database/unavailable';
import { isClientGone } from './client-gone';

/** Thrown with a response header: a challenge, `Allow`, `Retry-After`, a `Range` to resume from. */
export class AppErrorWithHeaders extends AppError {
  constructor(
    error: AppError,
    readonly headers: Record<string, string>,
  ) {
    super(error.code, error.message, { ...error, cause: error.cause });
  }
}

export interface ErrorEnvelope {
  errors: {
    code: string;
    message: string;
    detail?: unknown;
    reason?: string;
    params?: Record<string, string | number>;
  }[];
}

/** Several errors in one answer: every blob a manifest lacks, say. The first one gives the status. */
export class AppErrors extends AppError {
  constructor(readonly all: [AppError, ...AppError[]]) {
    super(all[0].code, all[0].message, { detail: all[0].detail });
  }
}

const logger = new Logger('ErrorEnvelope');

/** The only place where errors become statuses and bodies, for REST and `/v2` alike. */
@Catch()
export class ErrorEnvelopeFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerError(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** As Fastify calls its error handlers; what is our own fault is logged. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.sent || isClientGone(thrown)) {
    reply.raw.destroy();
    return;
  }
  const error = toAppError(thrown);
  if (error.status >= 500)
    logger.error({ err: thrown, requestId: request.id, url: request.url.split('?')[0] }, 'request failed');
  sendError(reply, error);
}

export function sendError(reply: FastifyReply, error: AppError): void {
  if (error instanceof AppErrorWithHeaders) void reply.headers(error.headers);
  void reply
    .status(error.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(`${JSON.stringify(envelope(error))}\n`);
}

export function envelope(error: AppError): ErrorEnvelope {
  const all = error instanceof AppErrors ? error.all : [error];
  return {
    errors: all.map(({ code, message, detail, reason, params }) => ({
      code: wireCode(code),
      message,
      detail,
      reason,
      params,
    })),
  };
}

/** Codes that differ inside only by their status go out under the specification's name. */
function wireCode(code: ErrorCode): string {
  if (code === 'MANIFEST_TOO_LARGE') return 'SIZE_INVALID';
  if (code === 'PRECONDITION_FAILED') return 'PRECONDITION';
  return code === 'TOO_MANY_TAGS' ? 'TAG_INVALID' : code;
}

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof ZodSerializationException) return new AppError('UNKNOWN', 'internal server error');
  if (thrown instanceof ZodValidationException)
    return new AppError('UNPROCESSABLE_ENTITY', describeIssues(thrown.getZodError() as ZodError));
  if (thrown instanceof HttpException) return fromStatus(thrown.getStatus(), thrown.message);
  const status = fastifyStatus(thrown);
  return status ? fromStatus(status, (thrown as Error).message) : unexpected(thrown);
}

/** Fastify's own refusals (malformed JSON, body too large) carry a status below 500. */
function fastifyStatus(thrown: unknown): number | undefined {
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

const statusCodes: Partial<Record<number, ErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  412: 'PRECONDITION',
  413: 'REQUEST_ENTITY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'UNPROCESSABLE_ENTITY',
  429: 'TOOMANYREQUESTS',
  503: 'UNAVAILABLE',
};

function fromStatus(status: number, message: string): AppError {
  const code = statusCodes[status] ?? (status < 500 ? 'BAD_REQUEST' : 'UNKNOWN');
  return new AppError(code, errorStatus[code] >= 500 ? 'internal server error' : message);
}

/** The database or its pool being away is said as such; anything else unexpected stays inside. */
function unexpected(thrown: unknown): AppError {
  if (isDatabaseUnavailable(thrown))
    return new AppErrorWithHeaders(
      new AppError('UNAVAILABLE', 'the service is busy or restarting, try again shortly'),
      { 'retry-after': '2' },
    );
  const { code } = (thrown ?? {}) as { code?: string };
  if (unstorable.has(code ?? ''))
    return new AppError('BAD_REQUEST', 'a value in the request is not one that can be stored');
  return new AppError('UNKNOWN', 'internal server error');
}

/** Postgres's codes for values it cannot hold: NUL in text or JSON, a number or time out of range, text too long. */
const unstorable = new Set(['22001', '22003', '22008', '22021', '22P05']);

function describeIssues(error: ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
}
