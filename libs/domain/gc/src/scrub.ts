import { storageKeyOf } from '@breakwater/artifacts';
import { Changes, repositoryScope } from '@breakwater/coherence';
import type { JobContext } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Database, STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { BlobSweepRepository } from './blob-sweep.repository';
import { ScrubRepository, type ScrubbedBlob } from './scrub.repository';

interface ScrubState {
  after: number;
  blobs: number;
  bytes: number;
  corrupt: number;
  missing: number;
}

const batch = 50;
/** So many in a row, and nothing found before: the storage itself is not there. */
const missingAtMost = 20;

/** Reads every blob again and compares it with its digest; damaged ones are put aside, and clients push them again. */
@Injectable()
export class Scrub {
  constructor(
    private readonly database: Database,
    private readonly blobs: ScrubRepository,
    private readonly sweep: BlobSweepRepository,
    private readonly changes: Changes,
    @Inject(STORAGE_KEEPER) private readonly keeper: StorageKeeper,
  ) {}

  /** Throws UNAVAILABLE when storage seems to be away. */
  async run({ bytesPerSecond }: { bytesPerSecond: number }, context: JobContext): Promise<void> {
    let state = (context.checkpoint as ScrubState | undefined) ?? {
      after: 0,
      blobs: 0,
      bytes: 0,
      corrupt: 0,
      missing: 0,
    };
    const total = await this.blobs.total();
    for (let page = await this.blobs.next(state.after, batch); page.length > 0;) {
      for (const blob of page) {
        context.signal.throwIfAborted();
        state = await this.check(blob, state, { bytesPerSecond, context });
      }
      await context.advance(state);
      const left = Math.max(0, total.bytes - state.bytes);
      context.progress({ ...shown(state), blobs_total: total.blobs, seconds_left: Math.ceil(left / bytesPerSecond) });
      page = await this.blobs.next(state.after, batch);
    }
    context.log(`read ${state.blobs} blobs, ${state.bytes} bytes: ${state.corrupt} damaged, ${state.missing} missing`);
    context.result(shown(state));
  }

  private async check(
    blob: ScrubbedBlob,
    state: ScrubState,
    { bytesPerSecond, context }: { bytesPerSecond: number; context: JobContext },
  ): Promise<ScrubState> {
    const { outcome, size } = await this.keeper.verify(storageKeyOf(blob), blob.digest, { bytesPerSecond });
    const next = { ...state, after: blob.id, blobs: state.blobs + 1, bytes: state.bytes + size };
    if (outcome === 'intact') {
      if (blob.status === 'deletefailed') await this.blobs.revive(blob);
      return next;
    }
    const found = await this.confirm(blob.id);
    if (found === 'intact') return next;
    context.log(`${blob.digest}: ${found}`);
    next[found]++;
    if (next.missing >= missingAtMost && next.missing === next.blobs)
      throw new AppError('UNAVAILABLE', 'no blob is where it should be: is the storage there?');
    return next;
  }

  /**
   * Looks again while no push can bring the blob and no caches answer for it. Only what is damaged then is put aside; its
   * row says that the bytes cannot be relied on, so clients are told to send them.
   */
  private async confirm(id: number): Promise<'intact' | 'corrupt' | 'missing'> {
    const blob = await this.isolate(id);
    if (!blob) return 'intact';
    const key = storageKeyOf(blob);
    const { outcome } = await this.keeper.verify(key, blob.digest).catch(async (error: unknown) => {
      await this.blobs.settle(blob, 'deletefailed');
      throw error;
    });
    if (outcome === 'corrupt' && (await this.blobs.settle(blob, 'deleting'))) await this.keeper.quarantine(key);
    await this.blobs.settle(blob, outcome === 'intact' ? 'none' : 'deletefailed');
    return outcome;
  }

  private isolate(id: number): Promise<ScrubbedBlob | undefined> {
    return this.database.transaction(async () => {
      const blob = await this.blobs.isolate(id);
      if (!blob) return undefined;
      await this.sweep.remember([blob.digest]);
      const names = await this.sweep.repositoriesWith([id]);
      if (names.length > 0) await this.changes.announce(...names.map(repositoryScope));
      return blob;
    });
  }
}

function shown({ blobs, bytes, corrupt, missing }: ScrubState): Record<string, unknown> {
  return { blobs_read: blobs, bytes_read: bytes, corrupt, missing };
}
