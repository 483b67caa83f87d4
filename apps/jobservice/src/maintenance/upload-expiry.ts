import { UploadSessionsRepository } from '@breakwater/artifacts';
import { CONFIG, type JobserviceConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';

const batch = 100;
const timeoutMs = 30_000;

/** Uploads that nobody went on with: the registry, which owns the bytes, is told to forget them. */
@Injectable()
export class UploadExpiry {
  constructor(
    private readonly sessions: UploadSessionsRepository,
    @Inject(CONFIG) private readonly config: Pick<JobserviceConfig, 'REGISTRY_URL' | 'INTERNAL_SECRET'>,
  ) {}

  /** Returns how many were removed. */
  async expire(): Promise<number> {
    const ids = await this.sessions.expired(batch);
    for (const id of ids) await this.remove(id);
    return ids.length;
  }

  private async remove(id: string): Promise<void> {
    const response = await fetch(new URL(`/internal/uploads/${id}`, this.config.REGISTRY_URL), {
      method: 'DELETE',
      headers: { authorization: `Harbor-Secret ${this.config.INTERNAL_SECRET}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`the registry answered ${response.status} to the removal of upload ${id}`);
  }
}
