import { BlobsService, UploadsService } from '@breakwater/artifacts';
import { AppError, isDigest } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import type { Call, Route, Routes } from '../http/route';
import { queryOnce } from '../http/query';
import { parseUploadId } from '../uploads/upload-requests';

/** What asks for small blobs takes no larger ones, whatever it says. */
const largestRead = 32 * 1024 * 1024;

@Injectable()
export class InternalRoutes implements Routes {
  readonly routes: readonly Route[] = [
    // Forgets an upload and its bytes; the job service asks it for those that expired.
    {
      method: 'DELETE',
      url: '/internal/uploads/:id',
      demand: 'internal',
      handle: async ({ reply, params }) => {
        await this.uploads.remove(parseUploadId(params.id));
        await reply.status(204).send();
      },
    },
    // A small blob of `?repository=`, of at most `?max=` bytes: core reads additions and icons (decision 16).
    { method: 'GET', url: '/internal/blobs/:digest', demand: 'internal', handle: (call) => this.readBlob(call) },
  ];

  constructor(
    private readonly uploads: UploadsService,
    private readonly blobs: BlobsService,
  ) {}

  /** Throws BLOB_UNKNOWN, REQUEST_ENTITY_TOO_LARGE. */
  private async readBlob({ request, reply, params: { digest = '' } }: Omit<Call, 'caller'>): Promise<void> {
    const { repository = '', max } = queryOnce(request);
    if (!isDigest(digest)) throw new AppError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
    const blob = await this.blobs.get(repository, digest);
    const limit = Math.min(Number(max) || 0, largestRead);
    if (blob.size > limit)
      throw new AppError('REQUEST_ENTITY_TOO_LARGE', `the blob has ${blob.size} bytes, at most ${limit} are read`);
    const bytes = await this.blobs.read(blob);
    await reply.headers({ 'content-type': 'application/octet-stream', 'content-length': blob.size }).send(bytes);
  }
}
