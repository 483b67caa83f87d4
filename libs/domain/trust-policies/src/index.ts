export {
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
