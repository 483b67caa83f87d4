import { usageAfter } from '@breakwater/quotas';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import { UploadSessionsRepository, type Room } from './upload-sessions.repository';
import type { UploadBody } from './upload-body';

/**
 * Whether a project with a quota may still take something in. The quota itself counts what artifacts reference, at the
 * push of their manifest.
 */
@Injectable()
export class UploadRoom {
  constructor(
    private readonly sessions: UploadSessionsRepository,
    private readonly settings: SettingsService,
  ) {}

  /** Throws DENIED when `bytes` more do not fit. */
  async assertFits(projectId: number, bytes: number): Promise<void> {
    assertFits(await this.counted(await this.sessions.room(projectId)), bytes);
  }

  async within(projectId: number, body: UploadBody): Promise<UploadBody> {
    return this.limit(await this.sessions.room(projectId), body);
  }

  /** The body, which ends in DENIED as soon as it brings more than fits. Throws DENIED when its length already tells. */
  async limit(room: Room | null, body: UploadBody): Promise<UploadBody> {
    return within(await this.counted(room), body);
  }

  private async counted(room: Room | null): Promise<Room | null> {
    return room && (await this.settings.get()).quota_per_project_enable ? room : null;
  }
}

function assertFits(room: Room | null, bytes: number): void {
  if (room) usageAfter(room, bytes);
}

function within(room: Room | null, body: UploadBody): UploadBody {
  assertFits(room, body.length ?? 0);
  return room ? { ...body, stream: limited(body.stream, room) } : body;
}

async function* limited(stream: AsyncIterable<Buffer>, room: Room): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    usageAfter(room, bytes);
    yield chunk;
  }
}
