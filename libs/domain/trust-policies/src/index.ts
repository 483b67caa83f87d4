export {
  isPinned,
  type CosignPolicy,
  type NamedIdentity,
  type NamedKey,
  type NamedStore,
  type NotaryTrust,
  type NotationPolicy,
  type ProjectTrustPolicy,
  type RequiredSigner,
  type SystemRequirement,
  type TrustSystem,
  type TrustVerdict,
} from './project-trust-policy';
export { beforeTagging, satisfied, type MissingSignature, type Satisfaction } from './satisfied';
export { type ExplainedPolicy } from './policy-reasons';
export { signersNaming } from './policy-rules';
export { type ImageName } from './next-command';
export { toCosignSettings, toNotationSettings } from './verifier-settings';
export { TrustPoliciesModule } from './trust-policies.module';
export { TrustPoliciesService, type SavedPolicy } from './trust-policies.service';
export { TrustPolicy } from './trust-policy.entity';
export { TrustMaterial } from './trust-material.entity';
export { materialKinds, warningsOf, type Material, type MaterialKind } from './trust-material';
export { materialName, trustPolicySettings, trustSystems, type TrustPolicySettings } from './trust-policy-settings';
