import { AppError } from '@breakwater/kernel';
import { z } from 'zod';
import { explaining, unavailable, type Explanation } from '../explanation';

const denied = {
  reason: 'storage.denied',
  message: 'The S3 server refuses access: check the keys and what they may do in the bucket',
};
const bucket = {
  reason: 'storage.bucket',
  message: 'The S3 server does not have this bucket here: check its name, the region and the endpoint',
};
const busy = { reason: 'storage.busy', message: 'The S3 server asks to slow down: try again later' };
const full = { reason: 'storage.full', message: 'The S3 server is full: free space or enlarge it, then try again' };
const failing = { reason: 'storage.failing', message: 'The S3 server reports an error: look at it, then try again' };
const unreachable = {
  reason: 'storage.unreachable',
  message: 'The S3 server cannot be reached: check the endpoint and the network',
};
const untrusted = {
  reason: 'storage.tls',
  message: "The S3 server's certificate is not trusted: give the CA that signed it (S3_CA)",
};

const byName: Record<string, Explanation> = {
  AccessDenied: denied,
  CredentialsProviderError: denied,
  ExpiredToken: denied,
  InvalidAccessKeyId: denied,
  SignatureDoesNotMatch: denied,
  AuthorizationHeaderMalformed: bucket,
  NoSuchBucket: bucket,
  PermanentRedirect: bucket,
  SlowDown: busy,
  QuotaExceeded: full,
  XMinioStorageFull: full,
  TimeoutError: unreachable,
};

const byStatus: Record<number, Explanation> = {
  301: bucket,
  401: denied,
  403: denied,
  429: busy,
  503: busy,
  507: full,
};

const UNREACHABLE =
  /\b(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)\b/;
const UNTRUSTED = /\b(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|CERT_|ERR_TLS_CERT)/;

const s3Failure = z.object({
  name: z.string().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
});

/** The S3 error code, or the name the SDK gives to an answer without a body. */
export function s3ErrorName(error: unknown): string | undefined {
  return s3Failure.safeParse(error).data?.name;
}

/** Turns what an operator can mend into UNAVAILABLE with a message that says what to do; other errors are bugs. */
export function s3Error(error: unknown): unknown {
  const failure = s3Failure.safeParse(error).data;
  const explanation = failure && !(error instanceof AppError) ? explanationOf(failure) : undefined;
  return explanation ? unavailable(explanation, error) : error;
}

function explanationOf({ name = '', code, message = '', $metadata }: z.output<typeof s3Failure>) {
  const status = $metadata?.httpStatusCode ?? 0;
  // The SDK at times leaves the system's error code only in the message.
  return byName[name] ?? byStatus[status] ?? (status >= 500 ? failing : ofNetwork(code ?? message));
}

function ofNetwork(code: string): Explanation | undefined {
  if (UNREACHABLE.test(code)) return unreachable;
  return UNTRUSTED.test(code) ? untrusted : undefined;
}

/** Runs S3 requests and rejects with `s3Error` of what they reject with. */
export const explained = explaining(s3Error);

/** The same, and undefined when what was asked for is not there. */
export async function found<T>(operation: () => Promise<T>): Promise<T | undefined> {
  return explained(async () => {
    try {
      return await operation();
    } catch (error) {
      if (/^(?:NoSuchKey|NotFound|NoSuchUpload)$/.test(s3ErrorName(error) ?? '')) return undefined;
      throw error;
    }
  });
}
