import { trustPolicySettings, trustSystems, type ExplainedPolicy, type SavedPolicy } from '@breakwater/trust-policies';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64 } from '../rest';

const version = int64.describe('Raised by every change of the policy, its certificates and keys; 0: never set');

export class TrustPolicyDto extends createZodDto(trustPolicySettings.extend({ version })) {}

export class TrustPolicyInputDto extends createZodDto(
  trustPolicySettings.extend({
    version: version.min(0).optional().describe('Given: refused with 409 unless this is the version in force'),
  }),
) {}

const systems = z.array(z.enum(trustSystems));

export class EffectiveTrustPolicyDto extends createZodDto(
  z.object({
    version,
    systems: systems.describe('Those that count'),
    requirements: z
      .array(
        z.object({
          systems,
          because: z.enum(['policy', 'enable_content_trust', 'enable_content_trust_cosign']),
        }),
      )
      .describe('Each needs one valid signature by one of its systems'),
    signers: trustPolicySettings.shape.signers,
    pull: z.enum(['allow', 'block']),
    push: z.enum(['allow', 'block']),
    signed_tags: trustPolicySettings.shape.signed_tags,
    quarantine: z.object({ days: z.int() }).nullable(),
    reasons: z
      .array(
        z.object({
          because: z.enum(['default', 'policy', 'enable_content_trust', 'enable_content_trust_cosign']),
          effect: z.string(),
        }),
      )
      .describe('Where each part comes from'),
    warnings: z.array(z.string()).describe('An authority that expires, a rule that nothing can meet'),
  }),
) {}

export const toTrustPolicy = ({ version: number, settings }: SavedPolicy): z.input<typeof TrustPolicyDto.schema> => ({
  ...settings,
  version: number,
});

export function toEffectiveTrustPolicy({
  policy,
  reasons,
  warnings,
}: ExplainedPolicy): z.input<typeof EffectiveTrustPolicyDto.schema> {
  const { version: number, systems: counting, requirements, pull, push, signedTags, quarantine } = policy;
  const signers = policy.signers.map(({ trustedBy, ...signer }) => ({ ...signer, trusted_by: trustedBy }));
  return {
    version: number,
    systems: counting,
    requirements,
    signers,
    pull,
    push,
    signed_tags: signedTags,
    quarantine,
    reasons,
    warnings,
  };
}
