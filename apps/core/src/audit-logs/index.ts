export { Audited } from './audited.decorator';
export {
  theArtifact,
  theImmutableRule,
  theJob,
  theLabelled,
  theProject,
  theRepository,
  theRetention,
  theScanner,
  theSchedule,
  theTag,
  theTrustMaterial,
  theWebhookPolicy,
} from './descriptions';
