export { GarbageCollector } from './garbage-collector';
export type { GarbageOptions } from './garbage';
export { GcModule, GcRunsModule } from './gc.module';
export { GcRuns, type GcParameters } from './gc-runs.service';
export { UNTAGGED_GUARD, type UntaggedArtifact, type UntaggedGuard } from './untagged-artifacts';
export { Scrub } from './scrub';
export { ScrubRuns, type ScrubParameters } from './scrub-runs.service';
