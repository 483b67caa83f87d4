import { LoggerModule, type Params } from 'nestjs-pino';
import type { DynamicModule } from '@nestjs/common';
import { currentTraceId } from '../tracing/span';

const redacted = ['authorization', 'cookie', 'password', 'secret', 'token'].flatMap((name) => [
  name,
  `*.${name}`,
  `req.headers.${name}`,
]);

/**
 * JSON lines with `service`. Requests are logged by the server (server.ts), not by the library's middleware: a logger and
 * an asynchronous context of its own for every request cost more than a warm pull.
 */
export function loggingModule(service: string, level: string): DynamicModule {
  const params: Params = {
    forRoutes: [],
    pinoHttp: {
      level,
      base: { service },
      redact: { paths: [...redacted, 'req.headers["set-cookie"]'], censor: '[redacted]' },
      mixin: () => {
        const traceId = currentTraceId();
        return traceId === undefined ? {} : { traceId };
      },
    },
  };
  return LoggerModule.forRoot(params);
}
