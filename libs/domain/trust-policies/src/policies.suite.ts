import { effectivePolicy } from './effective-policy';
import type { ProjectTrustPolicy } from './project-trust-policy';
import type { Material } from './trust-material';
import type { StoredPolicy } from './trust-policies.repository';
import { trustPolicySettings, type TrustPolicySettings } from './trust-policy-settings';

interface Beside {
  metadata?: StoredPolicy['metadata'];
  /** Names of keys of Cosign. */
  keys?: string[];
}

export function storedPolicy(
  settings: Partial<TrustPolicySettings>,
  { metadata = {}, keys = [] }: Beside = {},
): StoredPolicy {
  const materials = keys.map((name, n) => material({ id: n + 1, kind: 'cosignKey', name }));
  return {
    projectId: 1,
    version: 1,
    verdictVersion: 1,
    settings: trustPolicySettings.parse(settings),
    materials,
    metadata,
  };
}

export const policyOf = (settings: Partial<TrustPolicySettings>, beside?: Beside): ProjectTrustPolicy =>
  effectivePolicy(storedPolicy(settings, beside));

export const material = (given: Pick<Material, 'kind' | 'name'> & Partial<Material>): Material => ({
  id: 1,
  content: '',
  thumbprint: 'a'.repeat(64),
  details: {},
  creationTime: new Date(0),
  ...given,
});
