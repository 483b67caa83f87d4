import { AppError } from '@breakwater/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The request's bytes as they arrive. A body that stops moving is cut after `idleSeconds`; the upload it belongs to
 * can be resumed. Only now does a client that asked `Expect: 100-continue` hear that its body is wanted.
 */
export async function* streamBody(
  request: FastifyRequest,
  reply: FastifyReply,
  idleSeconds: number,
): AsyncGenerator<Buffer> {
  sendContinue(request, reply);
  const timer = setTimeout(() => request.raw.destroy(stalled(idleSeconds)), idleSeconds * 1_000);
  try {
    // A refusal in the middle must still reach the client: leaving the loop may not destroy the connection.
    for await (const chunk of request.raw.iterator({ destroyOnReturn: false })) {
      timer.refresh();
      yield chunk as Buffer;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
    if (!request.raw.complete && !request.raw.destroyed) discardRest(request, idleSeconds);
  }
}

function stalled(idleSeconds: number): AppError {
  return new AppError('BLOB_UPLOAD_INVALID', `no bytes arrived for ${idleSeconds} seconds; the upload can be resumed`);
}

/**
 * RFC 9112 section 9.3: a connection is used again only after the whole body was read. Left unread, the next request
 * on it would wait for ever; closed at once, the client might never see the refusal.
 */
function discardRest({ raw }: FastifyRequest, idleSeconds: number): void {
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), idleSeconds * 1_000);
  raw.once('close', () => clearTimeout(timer));
}

/** A small body, whole. Throws MANIFEST_TOO_LARGE as soon as it is more than `limit` bytes. */
export async function readBody(request: FastifyRequest, reply: FastifyReply, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new AppError('MANIFEST_TOO_LARGE', `a manifest may have ${limit} bytes, this one has more`, { detail: { limit } });
  if ((contentLength(request) ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of streamBody(request, reply, 30)) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

export function contentLength(request: FastifyRequest): number | undefined {
  const value = request.headers['content-length'];
  return value === undefined ? undefined : Number(value);
}

/** Does the request come with a body that has bytes? */
export function hasBody(request: FastifyRequest): boolean {
  return request.headers['transfer-encoding'] !== undefined || (contentLength(request) ?? 0) > 0;
}

function sendContinue(request: FastifyRequest, reply: FastifyReply): void {
  if (/100-continue/i.test(request.headers.expect ?? '')) reply.raw.writeContinue();
}
