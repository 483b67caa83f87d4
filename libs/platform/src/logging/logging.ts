import { LoggerModule, type Params } from 'nestjs-pino';
import type { DynamicModule } from '@nestjs/common';

const redacted = ['authorization', 'cookie', 'password', 'secret', 'token'].flatMap((name) => [
  name,
  `*.${name}`,
  `req.headers.${name}`,
]);

/** JSON lines with `service` and `requestId`; a request is logged when it failed, or at debug level. */
export function loggingModule(service: string, level: string): DynamicModule {
  const params: Params = {
    pinoHttp: {
      level,
      base: { service },
      redact: { paths: [...redacted, 'req.headers["set-cookie"]'], censor: '[redacted]' },
      genReqId: (request) => request.id ?? '',
      customAttributeKeys: { reqId: 'requestId' },
      quietReqLogger: true,
      customLogLevel: (_request, response, error) => {
        if (error || response.statusCode >= 500) return 'error';
        return 'debug';
      },
      serializers: {
        req: (request: { method: string; url: string; remoteAddress: string }) => ({
          method: request.method,
          url: request.url.split('?')[0],
          remoteAddress: request.remoteAddress,
        }),
        res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
      },
    },
  };
  return LoggerModule.forRoot(params);
}
