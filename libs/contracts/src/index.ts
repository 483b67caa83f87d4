export { eventActor, events, type EventActor, type EventPayload, type EventTopic } from './events';
export * from './storage-keeper';
export * from './trust-signer';
export { jobs, storedBlobsTurns, type JobDeclaration, type JobPayload, type JobType } from './jobs';
export { tagRule, type TagRule } from './tag-rules';
