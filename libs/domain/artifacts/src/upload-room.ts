import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { UploadSessionsRepository } from './upload-sessions.repository';
import type { UploadBody } from './upload-writer';

/**
 * How much a project with a quota may still take in. The quota itself counts what artifacts reference, at the push of
 * their manifest; here unfinished uploads count as well, so that nobody sends gigabytes to be refused at the end.
 */
@Injectable()
export class UploadRoom {
  constructor(private readonly sessions: UploadSessionsRepository) {}

  /** Throws DENIED when `bytes` more do not fit. */
  async assertFits(projectId: number, bytes: number): Promise<void> {
    await this.left(projectId, bytes);
  }

  /** The body, which ends in DENIED as soon as it brings more than fits. Throws DENIED when its length already tells. */
  async within(projectId: number, body: UploadBody): Promise<UploadBody> {
    const left = await this.left(projectId, body.length ?? 0);
    return left === Infinity ? body : { ...body, stream: limited(body.stream, left) };
  }

  private async left(projectId: number, bytes: number): Promise<number> {
    const room = await this.sessions.room(projectId);
    if (!room) return Infinity;
    const left = room.hard - room.used - room.pending;
    if (bytes <= left) return left;
    throw refusal(
      `an upload of ${bytes} bytes does not fit: ${room.used} of ${room.hard} bytes are used and ${room.pending} are being uploaded`,
      { bytes, used: room.used, pending: room.pending, hard: room.hard },
    );
  }
}

async function* limited(stream: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > limit)
      throw refusal(`the upload does not fit: the project's quota has room for ${limit} bytes more`, { limit });
    yield chunk;
  }
}

function refusal(message: string, params: Record<string, number>): AppError {
  return new AppError('DENIED', message, { reason: 'quota.exceeded', params });
}
