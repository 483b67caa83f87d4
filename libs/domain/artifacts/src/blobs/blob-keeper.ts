import { AppError, failpoint } from '@breakwater/kernel';
import { BLOB_STORE, blobKey, type BlobStore, type UploadHandle } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobsRepository, RemovedMeanwhile, type BlobClaim } from './blobs.repository';

/** How often a push waits for garbage collection to finish removing the very blob it brings, and how long each time. */
const removalWaits = 10;
const removalWaitMs = 200;
const recordAttempts = 3;
const claimGoodForMs = 60 * 60_000;

interface StoredBlob {
  digest: string;
  size: number;
  storageKey: string | null;
}

/** Makes an upload whose digest was verified a blob of the repository. */
@Injectable()
export class BlobKeeper {
  constructor(
    private readonly blobs: BlobsRepository,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
  ) {}

  /**
   * Storage first, database last (decision 3): the row is written when the bytes are on stable storage, and the session,
   * if the upload had one, ends with it. `claim`: of the blob, when the caller has one already.
   */
  async keep(
    target: { projectId: number; repository: string },
    upload: { handle: UploadHandle; size: number; claim?: BlobClaim },
    digest: string,
  ): Promise<void> {
    const claim = upload.claim ?? (await this.untilNotBeingRemoved(digest));
    const claimedAt = Date.now();
    const storageKey = await this.store.finishUpload(upload.handle, upload.size, blobKey(digest));
    const blob = { digest, size: upload.size, storageKey };
    failpoint('blob.before-commit');
    // Garbage collection remembers removals for days; whoever slept longer cannot ask it any more.
    if (Date.now() - claimedAt > claimGoodForMs) throw beingRemoved(digest);
    const recorded = await this.record(blob, claim, { ...target, uploadId: upload.handle.id });
    failpoint('blob.after-commit');
    if (recorded !== storageKey) await this.keepOne(blob, recorded);
  }

  /** Garbage collection that began in between may have taken the bytes; what it left is as good as any. */
  private async record(
    blob: StoredBlob,
    claim: BlobClaim,
    target: { projectId: number; repository: string; uploadId: string },
  ): Promise<string | null> {
    for (let current = claim, attempt = 1; ; attempt++) {
      try {
        return await this.blobs.record(blob, current, target);
      } catch (error) {
        if (!(error instanceof RemovedMeanwhile)) throw error;
        if (attempt === recordAttempts) throw beingRemoved(blob.digest);
      }
      current = await this.untilNotBeingRemoved(blob.digest);
      const stat = await this.store.stat(blob.storageKey ?? blobKey(blob.digest));
      if (stat?.size !== blob.size) throw beingRemoved(blob.digest);
    }
  }

  /** Another copy was on record already. It stays, for others may be reading it, unless storage has lost it. */
  private async keepOne(blob: StoredBlob, recorded: string | null) {
    if (blob.storageKey !== null) {
      const stat = await this.store.stat(recorded ?? blobKey(blob.digest));
      // No row ever named our copy; if it cannot be deleted now, garbage collection will.
      if (stat?.size === blob.size) {
        await this.store.delete([blob.storageKey]).catch(() => undefined);
        return;
      }
    }
    await this.blobs.moveTo(blob.storageKey, { digest: blob.digest, from: recorded });
  }

  private async untilNotBeingRemoved(digest: string): Promise<BlobClaim> {
    for (let wait = 0; wait < removalWaits; wait++) {
      const claim = await this.blobs.claim(digest);
      if (claim) return claim;
      await sleep(removalWaitMs);
    }
    throw beingRemoved(digest);
  }
}

function beingRemoved(digest: string): AppError {
  return new AppError(
    'UNAVAILABLE',
    `blob ${digest} is being removed by garbage collection, push it again in a moment`,
  );
}
