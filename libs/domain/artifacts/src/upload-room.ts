import { usageAfter } from '@breakwater/quotas';
import { Injectable } from '@nestjs/common';
import { UploadSessionsRepository } from './upload-sessions.repository';
import type { UploadBody } from './upload-writer';

/** Limit of a project, and what counts against it while something is uploaded. Bytes. */
interface Room {
  hard: number;
  used: number;
}

/**
 * Whether a project with a quota may still take something in. The quota itself counts what artifacts reference, at the
 * push of their manifest; here unfinished uploads count as well, so that nobody sends gigabytes to be refused at the end.
 */
@Injectable()
export class UploadRoom {
  constructor(private readonly sessions: UploadSessionsRepository) {}

  /** Throws DENIED when `bytes` more do not fit. */
  async assertFits(projectId: number, bytes: number): Promise<void> {
    const room = await this.room(projectId);
    if (room) usageAfter(room, bytes);
  }

  /** The body, which ends in DENIED as soon as it brings more than fits. Throws DENIED when its length already tells. */
  async within(projectId: number, body: UploadBody): Promise<UploadBody> {
    const room = await this.room(projectId);
    if (!room) return body;
    usageAfter(room, body.length ?? 0);
    return { ...body, stream: limited(body.stream, room) };
  }

  private async room(projectId: number): Promise<Room | undefined> {
    const room = await this.sessions.room(projectId);
    return room && { hard: room.hard, used: room.used + room.pending };
  }
}

async function* limited(stream: AsyncIterable<Buffer>, room: Room): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    usageAfter(room, bytes);
    yield chunk;
  }
}
