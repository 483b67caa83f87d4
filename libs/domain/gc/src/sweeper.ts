import { storageKeyOf } from '@breakwater/artifacts';
import { Changes, repositoryScope } from '@breakwater/coherence';
import { STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { BlobSweepRepository, type Candidate, type TakenBlob } from './blob-sweep.repository';
import { Brakes } from './brakes';
import type { GarbageRun } from './garbage-run';
import { SweepPace } from './sweep-pace';

/** What storage takes in one request. */
const batch = 1_000;
/**
 * Batches read together, and dealt like cards: neighbours by id are neighbours in storage when they were imported, and removals in one
 * folder wait for each other.
 */
const dealt = 10;
/** Far less than `removalTimeout`, after which somebody else may take over and bring new bytes under the same key. */
const deletionMs = 60_000;
const failuresLogged = 10;

/** Removes blobs that nothing needs: bytes first, rows last, many batches at a time. */
@Injectable()
export class Sweeper {
  constructor(
    private readonly blobs: BlobSweepRepository,
    private readonly changes: Changes,
    private readonly brakes: Brakes,
    @Inject(STORAGE_KEEPER) private readonly keeper: StorageKeeper,
  ) {}

  async sweep(run: GarbageRun): Promise<void> {
    const pace = new SweepPace(await this.blobs.garbage(run.options.windowSeconds));
    run.log(`${pace.total.blobs} blobs to remove, ${pace.total.bytes} bytes`);
    const batches = this.batches(run.options.windowSeconds);
    const workers = Array.from({ length: run.options.workers }, () => this.work(run, batches, pace));
    const ended = await Promise.allSettled(workers);
    const failure = ended.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
    run.log(`removed ${run.totals.blobs} blobs, ${run.totals.freed} bytes; ${run.totals.failed} could not be removed`);
  }

  /** One after another, whoever asks. */
  private async *batches(windowSeconds: number): AsyncGenerator<Candidate[], void> {
    for (let after = 0; ;) {
      const found = await this.blobs.next(after, batch * dealt, windowSeconds);
      if (found.length === 0) return;
      after = found.at(-1)?.id ?? after;
      const hands = Math.ceil(found.length / batch);
      for (let hand = 0; hand < hands; hand++) yield found.filter((_blob, index) => index % hands === hand);
    }
  }

  /** While the bytes of a batch go, the rows of the one before do. */
  private async work(run: GarbageRun, batches: AsyncGenerator<Candidate[], void>, pace: SweepPace): Promise<void> {
    let ending: Promise<void> = Promise.resolve();
    try {
      for (let next = await batches.next(); !next.done; next = await batches.next()) {
        run.signal.throwIfAborted();
        await this.brakes.check();
        const removed = await this.removeBytes(run, next.value);
        await ending;
        ending = this.removeRows(run, removed);
        // Looked at when the next batch is done; until then it is nobody's failure.
        ending.catch(() => undefined);
        pace.done(next.value.length);
        run.show(pace.shown(run.totals.freed));
      }
      await ending;
      run.show(pace.shown(run.totals.freed));
    } catch (error) {
      // The others end as well.
      await batches.return();
      await ending.catch(() => undefined);
      throw error;
    }
  }

  private async removeBytes(
    run: GarbageRun,
    candidates: Candidate[],
  ): Promise<{ gone: TakenBlob[]; stayed: TakenBlob[] }> {
    const before = new Date(Date.now() + deletionMs);
    await this.forgetInCaches(candidates.map(({ id }) => id));
    const taken = await this.blobs.take(candidates);
    // When nothing is known of how it went, the rows stay `deleting`: the next collection finishes them.
    const { failed } =
      taken.length > 0 ? await this.keeper.deleteBlobs(taken.map(storageKeyOf), { before }) : { failed: [] };
    const messages = new Map(failed.map(({ key, message }) => [key, message]));
    const [gone, stayed] = [[] as TakenBlob[], [] as TakenBlob[]];
    for (const blob of taken) (messages.has(storageKeyOf(blob)) ? stayed : gone).push(blob);
    for (const blob of stayed.slice(0, failuresLogged))
      run.log(`${blob.digest} could not be removed: ${messages.get(storageKeyOf(blob))}`);
    return { gone, stayed };
  }

  private async removeRows(
    run: GarbageRun,
    { gone, stayed }: { gone: TakenBlob[]; stayed: TakenBlob[] },
  ): Promise<void> {
    if (gone.length + stayed.length === 0) return;
    await run.step({}, async () => {
      await this.blobs.endQuickly();
      if (stayed.length > 0) await this.blobs.fail(stayed);
      return { ...(await this.blobs.remove(gone)), failed: stayed.length };
    });
  }

  /** Descriptors leave the caches of all replicas before the blobs go (decision 14). */
  private async forgetInCaches(ids: number[]): Promise<void> {
    const names = await this.blobs.repositoriesWith(ids);
    if (names.length > 0) await this.changes.around(names.map(repositoryScope), async () => undefined);
  }
}
