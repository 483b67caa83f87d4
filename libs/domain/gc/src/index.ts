export { GarbageCollector } from './garbage-collector';
export type { GarbageOptions } from './garbage';
export { GcModule } from './gc.module';
export { UNTAGGED_GUARD, type UntaggedArtifact, type UntaggedGuard } from './untagged-artifacts';
