import { AppError, failpoint } from '@breakwater/kernel';
import { BLOB_STORE, blobKey, type BlobStore, type UploadHandle } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobsRepository } from './blobs.repository';

/** How often a push waits for garbage collection to finish removing the very blob it brings, and how long each time. */
const removalWaits = 10;
const removalWaitMs = 200;

/** Makes an upload whose digest was verified a blob of the repository. */
@Injectable()
export class BlobKeeper {
  constructor(
    private readonly blobs: BlobsRepository,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
  ) {}

  /**
   * Storage first, database last (decision 3): the row is written when the bytes are on stable storage, and the session,
   * if the upload had one, ends with it.
   */
  async keep(
    target: { projectId: number; repository: string },
    upload: { handle: UploadHandle; size: number; blobIsSafe?: boolean },
    digest: string,
  ): Promise<void> {
    if (!upload.blobIsSafe) await this.untilNotBeingRemoved(digest);
    const storageKey = await this.store.finishUpload(upload.handle, upload.size, blobKey(digest));
    const blob = { digest, size: upload.size, storageKey };
    failpoint('blob.before-commit');
    const recorded = await this.blobs.record(blob, target, upload.handle.id);
    failpoint('blob.after-commit');
    if (recorded !== storageKey) await this.keepOne(blob, recorded);
  }

  /** Another copy was on record already. It stays, for others may be reading it, unless storage has lost it. */
  private async keepOne(blob: { digest: string; size: number; storageKey: string | null }, recorded: string | null) {
    if (blob.storageKey !== null) {
      const stat = await this.store.stat(recorded ?? blobKey(blob.digest));
      // No row ever named our copy; if it cannot be deleted now, garbage collection will.
      if (stat?.size === blob.size) {
        await this.store.delete([blob.storageKey]);
        return;
      }
    }
    await this.blobs.moveTo(blob.storageKey, { digest: blob.digest, from: recorded });
  }

  private async untilNotBeingRemoved(digest: string): Promise<void> {
    for (let wait = 0; wait < removalWaits; wait++) {
      if (await this.blobs.claim(digest)) return;
      await sleep(removalWaitMs);
    }
    throw new AppError(
      'UNAVAILABLE',
      `blob ${digest} is being removed by garbage collection, push it again in a moment`,
    );
  }
}
