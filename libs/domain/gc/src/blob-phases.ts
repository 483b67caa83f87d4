import { Injectable } from '@nestjs/common';
import { BlobSweepRepository } from './blob-sweep.repository';
import type { GarbageRun } from './garbage-run';
import { StaleLinks } from './stale-links';
import { Sweeper } from './sweeper';

/** What becomes of blobs, phase by phase. */
@Injectable()
export class BlobPhases {
  readonly links = (run: GarbageRun): Promise<void> => this.staleLinks.remove(run);
  readonly sweep = (run: GarbageRun): Promise<void> => this.sweeper.sweep(run);
  readonly done = (): Promise<void> => this.blobs.forgetRemovals();

  constructor(
    private readonly blobs: BlobSweepRepository,
    private readonly staleLinks: StaleLinks,
    private readonly sweeper: Sweeper,
  ) {}
}
