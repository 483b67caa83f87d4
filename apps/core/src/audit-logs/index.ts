export { Audited } from './audited.decorator';
export {
  theArtifact,
  theImmutableRule,
  theJob,
  theLabelled,
  theProject,
  theRepository,
  theRetention,
  theSchedule,
  theTag,
  theWebhookPolicy,
} from './descriptions';
