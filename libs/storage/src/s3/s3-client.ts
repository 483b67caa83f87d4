import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3Options } from './s3-options';

/** SlowDown and 5xx are tried again after 0.1, 0.2, 0.4 … s (throttling: 0.5, 1, 2 … s), with jitter. */
const ATTEMPTS = 6;
/** Every blob that is streamed holds a connection; the SDK's own limit of 50 would stall a busy registry. */
const MAX_CONNECTIONS = 1024;

export function makeS3Client({ region, credentials, endpoint, forcePathStyle, ca }: S3Options): S3Client {
  const client = new S3Client({
    region,
    credentials,
    endpoint,
    forcePathStyle,
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    // Servers older than these checksums refuse them. Bodies are signed, so what arrives damaged is refused as well.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5_000,
      socketTimeout: 60_000,
      httpAgent: { maxSockets: MAX_CONNECTIONS },
      httpsAgent: { maxSockets: MAX_CONNECTIONS, ca },
    },
  });
  sendMd5OfDeletions(client);
  return client;
}

/** DeleteObjects must carry a checksum; older servers know only Content-MD5, which the SDK has given up. */
function sendMd5OfDeletions(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const { request } = args as { request: { body?: unknown; headers: Record<string, string> } };
      if (context.commandName === 'DeleteObjectsCommand' && typeof request.body === 'string') {
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      }
      return next(args);
    },
    { step: 'build', name: 'contentMd5OfDeletions' },
  );
}
