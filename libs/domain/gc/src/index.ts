export { GarbageCollector } from './garbage-collector';
export type { GarbageOptions } from './garbage';
export { GcModule, GcRunsModule } from './gc.module';
export { GcRuns, type GcParameters } from './gc-runs.service';
export { Scrub } from './scrub';
export { ScrubRuns, type ScrubParameters } from './scrub-runs.service';
