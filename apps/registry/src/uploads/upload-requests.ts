import type { UploadBody } from '@breakwater/artifacts';
import { UploadRangeError } from '@breakwater/artifacts';
import { AppError, failpoint, parseContentRange, type DigestAlgorithm, type RepositoryName } from '@breakwater/kernel';
import { AppErrorWithHeaders, CONFIG } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentLength, hasBody, streamBody } from '../http/request-body';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reading and answering the requests of an upload. */
@Injectable()
export class UploadRequests {
  constructor(@Inject(CONFIG) private readonly config: { UPLOAD_IDLE_SECONDS: number }) {}

  body(request: FastifyRequest, reply: FastifyReply): UploadBody {
    const contentRange = request.headers['content-range'];
    return {
      stream: streamBody(request, reply, this.config.UPLOAD_IDLE_SECONDS),
      length: contentLength(request),
      ...(contentRange !== undefined && { range: parseContentRange(contentRange) }),
    };
  }

  /** The closing PUT may bring the last chunk, or nothing. */
  optionalBody(request: FastifyRequest, reply: FastifyReply): UploadBody | undefined {
    return hasBody(request) || request.headers['content-range'] !== undefined ? this.body(request, reply) : undefined;
  }

  /** Where the upload stands. `Range` tells the last byte received; an empty upload says `0-0`, as Docker's API does. */
  async progress(
    reply: FastifyReply,
    status: number,
    upload: { repository: RepositoryName; id: string; receivedBytes: number },
  ): Promise<void> {
    await reply.status(status).headers(progressHeaders(upload)).send();
  }

  async stored(reply: FastifyReply, repository: RepositoryName, digest: string): Promise<void> {
    failpoint('blob.before-201');
    const location = `/v2/${repository.full}/blobs/${digest}`;
    await reply.status(201).headers({ location, 'docker-content-digest': digest, 'content-length': 0 }).send();
  }
}

function progressHeaders({
  repository,
  id,
  receivedBytes,
}: {
  repository: RepositoryName;
  id: string;
  receivedBytes: number;
}): Record<string, string> {
  return {
    location: `/v2/${repository.full}/blobs/uploads/${id}`,
    range: `0-${Math.max(receivedBytes - 1, 0)}`,
    'docker-upload-uuid': id,
    'content-length': '0',
  };
}

/** 416 tells where to go on (distribution-spec "Pushing a blob in chunks"): the session survives. */
export async function withProgressOnRangeError<T>(
  repository: RepositoryName,
  id: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UploadRangeError)) throw error;
    const { 'content-length': _, ...headers } = progressHeaders({ repository, id, receivedBytes: error.receivedBytes });
    throw new AppErrorWithHeaders(error, headers);
  }
}

export function parseUploadId(text = ''): string {
  if (!uuid.test(text))
    throw new AppError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', { detail: { id: text.slice(0, 64) } });
  return text;
}

/** `?digest-algorithm=` of a new session. Throws DIGEST_INVALID. */
export function parseAlgorithm(text: string | undefined): DigestAlgorithm {
  if (text === undefined || text === 'sha256') return 'sha256';
  if (text === 'sha512') return text;
  throw new AppError('DIGEST_INVALID', `unsupported digest algorithm ${text.slice(0, 32)}: use sha256 or sha512`);
}
