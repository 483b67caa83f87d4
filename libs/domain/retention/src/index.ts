export { RetentionJobRunner } from './retention-job';
export { RetentionModule } from './retention.module';
export { RetentionPoliciesModule } from './retention-policies.module';
export { retentionVendor } from './retention-policies.repository';
export { RetentionPoliciesService, type PolicyDetail, type PolicyInput } from './retention-policies.service';
export { RetentionPolicy } from './retention-policy.entity';
export { RetentionRunsService } from './retention-runs.service';
export { ruleTemplates } from './rule-templates';
export { UntaggedRetention, type KeptUntagged, type UntaggedArtifact } from './untagged-retention';
