import { ArtifactsModule } from '@breakwater/artifacts';
import { ChangesModule } from '@breakwater/coherence';
import { ExecutionsModule } from '@breakwater/executions';
import { RetentionModule } from '@breakwater/retention';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { BlobPhases } from './blob-phases';
import { BlobSweepRepository } from './blob-sweep.repository';
import { Brakes } from './brakes';
import { DryRun } from './dry-run';
import { GcRuns } from './gc-runs.service';
import { GarbageCollector } from './garbage-collector';
import { OrphanUploads } from './orphan-uploads';
import { Scrub } from './scrub';
import { ScrubRepository } from './scrub.repository';
import { ScrubRuns } from './scrub-runs.service';
import { StaleLinks } from './stale-links';
import { Sweeper } from './sweeper';
import { UntaggedArtifacts } from './untagged-artifacts';
import { UnusedManifests } from './unused-manifests';

/** Starting collections, for any process. */
@Module({ imports: [ExecutionsModule], providers: [GcRuns, ScrubRuns], exports: [GcRuns, ScrubRuns] })
export class GcRunsModule {}

/** For the job service, which brings a STORAGE_KEEPER. */
@Module({
  imports: [ArtifactsModule, ChangesModule, RetentionModule, SettingsModule, GcRunsModule],
  providers: [
    GarbageCollector,
    BlobPhases,
    BlobSweepRepository,
    Brakes,
    DryRun,
    Sweeper,
    StaleLinks,
    UnusedManifests,
    UntaggedArtifacts,
    OrphanUploads,
    Scrub,
    ScrubRepository,
  ],
  exports: [GarbageCollector, Scrub, GcRunsModule],
})
export class GcModule {}
