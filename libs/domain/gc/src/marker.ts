import { Injectable } from '@nestjs/common';
import { BlobSweepRepository } from './blob-sweep.repository';
import type { GarbageRun } from './garbage-run';

const batch = 5_000;

/** Marks blobs that nothing needs and nobody was told of within the window. */
@Injectable()
export class Marker {
  constructor(private readonly blobs: BlobSweepRepository) {}

  async mark(run: GarbageRun): Promise<void> {
    let [seen, marked] = [0, 0];
    for (let isOver = false; !isOver;) {
      const page = await this.blobs.mark(Number(run.after), batch, run.options.windowSeconds);
      seen += page.seen;
      marked += page.marked;
      isOver = page.last === null;
      if (page.last !== null) await run.step({ after: String(page.last) });
      run.show({ blobs_seen: seen, blobs_marked: marked });
    }
    run.log(`looked at ${seen} blobs and marked ${marked} that nothing needs`);
  }
}
