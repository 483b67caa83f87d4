import { BlobsService, type BlobRow } from '@breakwater/artifacts';
import { parseByteRange } from '@breakwater/kernel';
import { AppErrorWithHeaders, CONFIG, type RegistryConfig } from '@breakwater/platform';
import { AppError } from '@breakwater/kernel';
import type { ByteRange } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';

/** Set by our nginx on what it forwards: it can send the file itself (decision 8). Without it, bytes are streamed. */
export const accelHeader = 'x-breakwater-accel';

/** The same for every blob; a year, for content under a digest never changes. */
export const blobHeaders = {
  'content-type': 'application/octet-stream',
  'accept-ranges': 'bytes',
  'cache-control': 'max-age=31536000',
};

@Injectable()
export class BlobDelivery {
  constructor(
    private readonly blobs: BlobsService,
    @Inject(CONFIG) private readonly config: Pick<RegistryConfig, 'BLOB_DELIVERY' | 'BLOB_URL_TTL_SECONDS'>,
  ) {}

  describe(reply: FastifyReply, { digest, size }: BlobRow): void {
    void reply.headers({
      ...blobHeaders,
      'content-length': size,
      'docker-content-digest': digest,
      etag: `"${digest}"`,
    });
  }

  /** Sends the blob, or the part that `Range` asks for (RFC 9110 section 14). */
  async send(blob: BlobRow, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const range = requestedRange(request, blob);
    if (this.config.BLOB_DELIVERY === 'accel' && request.headers[accelHeader] !== undefined) {
      this.describe(reply, blob);
      request.deliveredBytes = range ? range.end - range.start + 1 : blob.size;
      // nginx cuts the range and sets the length itself.
      await reply
        .removeHeader('content-length')
        .header('x-accel-redirect', `/_blobs/${this.blobs.key(blob)}`)
        .send();
      return;
    }
    if (this.config.BLOB_DELIVERY === 'redirect') return this.redirect(blob, reply);
    await this.stream(blob, range, reply);
  }

  /** Headers only once the blob is open: what is missing must not be answered with its ETag and a year of caching. */
  private async stream(blob: BlobRow, range: ByteRange | undefined, reply: FastifyReply): Promise<void> {
    const describe = () => {
      this.describe(reply, blob);
      if (!range) return;
      void reply.status(206).headers({
        'content-length': range.end - range.start + 1,
        'content-range': `bytes ${range.start}-${range.end}/${blob.size}`,
      });
    };
    try {
      const copied = await this.blobs.copyTo(blob, range, () => {
        describe();
        reply.hijack();
        return reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
      });
      if (copied) return;
    } catch (error) {
      if (!reply.raw.headersSent) throw error;
      // Cut short, so that no client takes it for whole.
      reply.raw.destroy();
      return;
    }
    const bytes = await this.blobs.read(blob, range);
    describe();
    await reply.send(bytes);
  }

  /** The client asks storage for the same range; what it was told must not outlive the address. */
  private async redirect(blob: BlobRow, reply: FastifyReply): Promise<void> {
    const location = await this.blobs.url(blob, { expiresInSeconds: this.config.BLOB_URL_TTL_SECONDS });
    await reply
      .status(307)
      .headers({ location, 'cache-control': 'no-store', 'docker-content-digest': blob.digest, 'content-length': 0 })
      .send();
  }
}

function requestedRange(request: FastifyRequest, blob: BlobRow): ByteRange | undefined {
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== `"${blob.digest}"`) return undefined;
  try {
    return parseByteRange(request.headers.range, blob.size);
  } catch (error) {
    if (error instanceof AppError && error.code === 'RANGE_INVALID')
      throw new AppErrorWithHeaders(error, { 'content-range': `bytes */${blob.size}` });
    throw error;
  }
}
