export { RetentionJobRunner } from './retention-job';
export { RetentionModule } from './retention.module';
export {
  RetentionPoliciesService,
  retentionVendor,
  type PolicyDetail,
  type PolicyInput,
} from './retention-policies.service';
export { RetentionPolicy } from './retention-policy.entity';
export { RetentionRunsService } from './retention-runs.service';
export { ruleTemplates } from './rule-templates';
