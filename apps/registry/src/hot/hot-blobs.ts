import { BlobsService, type RepositoryBlobRow } from '@breakwater/artifacts';
import type { Ticket } from '@breakwater/coherence';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { buffer } from 'node:stream/consumers';
import { blobHeaders } from '../blobs/blob-delivery';
import { HotAnswers, maxBodyBytes } from './hot-answers';

export interface KeepBlob {
  ticket: Ticket;
  repository: string;
  blob: RepositoryBlobRow;
}

/** Puts blobs that were asked for where the next caller gets them without a query. */
@Injectable()
export class HotBlobs {
  private readonly headers = Object.entries(blobHeaders).flat();

  constructor(
    private readonly answers: HotAnswers,
    private readonly blobs: BlobsService,
  ) {}

  ticket(repository: string): Ticket {
    return this.answers.ticket(repository);
  }

  /**
   * With its bytes when it is small. Only what an artifact references: garbage collection cannot take that without a
   * change of the repository.
   */
  async keep(request: FastifyRequest, { ticket, repository, blob }: KeepBlob): Promise<void> {
    if (!blob.referenced) return;
    const body = blob.size <= maxBodyBytes ? await buffer(await this.blobs.read(blob)) : undefined;
    const storageKey = this.blobs.key(blob);
    this.answers.keepBlob(request, { ticket, repository, blob, storageKey, body, headers: this.headers });
  }
}
