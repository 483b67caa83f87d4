import type { SigningView } from '@breakwater/signatures';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, time } from '../rest';

/** Of a digest or a tag. */
export const signingStatus = z
  .enum(['signed', 'unsigned', 'stale', 'expired', 'invalid'])
  .describe(
    'As the trust policy of the project asks. stale: not verified yet, or anew, which is on its way; expired: nothing that is left is valid; invalid: nothing is valid and something is wrong, or Notary says something else',
  );

const reasons = z.array(
  z.object({ code: z.string().describe('`signature.replaced`, `signer.missing`, …'), message: z.string() }),
);

const assessed = {
  status: signingStatus,
  reasons: reasons.describe('Why it is not signed, and what is wrong beside what is right'),
  missing_signers: z.array(z.string()).describe('Required signers who have not signed'),
  inherited_from: z.array(z.string()).describe('Digests of indexes that list it and whose signatures count for it'),
};

const certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  thumbprint: z.string().describe('SHA-256 in hex'),
  not_before: time,
  not_after: time,
});

const signer = z.object({
  identity: z.string().describe("A certificate's subject, the account at an OpenID provider, or the id of a key"),
  issuer: z.string().optional(),
  thumbprints: z.array(z.string()),
  chain: z.array(certificate).describe("The signer's certificate first"),
});

const signature = z.object({
  system: z.enum(['notation', 'cosign']),
  format: z.string().optional().describe('jws, cose, simple-signing or bundle'),
  digest: z.string().describe('The manifest that holds it'),
  signed_digest: z.string().describe("What it signs: the artifact's digest, or that of an index that lists it"),
  standing: z
    .enum(['valid', 'pending', 'expired', 'invalid', 'none'])
    .describe('What it counts for now; none: it is no signature, or by nobody whom the project trusts'),
  verdict: z
    .enum(['valid', 'expired', 'revoked', 'untrusted', 'invalid', 'skipped', 'not-a-signature'])
    .optional()
    .describe('What its verification came to; absent before that'),
  reasons: z.array(z.string()),
  checks: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(['passed', 'failed', 'logged', 'skipped']),
      reason: z.string().optional(),
    }),
  ),
  signer: signer.optional().describe('Believed only where the verdict is valid'),
  trusted_by: z.array(z.string()).describe('Stores, keys and identities of the policy that know the signer'),
  signed_time: time.optional(),
  signed_time_source: z
    .enum(['signer', 'signing-authority', 'timestamp-authority', 'transparency-log'])
    .optional()
    .describe('Whose clock it was'),
  expiry_time: time.optional(),
  recheck_time: time.optional(),
  claims: z.record(z.string(), z.string()).describe('What the signer said in addition'),
  policy_version: int64.optional(),
  verified_time: time.optional(),
});

const notary = z.object({
  gun: z.string().describe('The name under which it was published, with the host'),
  tag: z.string(),
  role: z.string().describe('`targets`, `targets/releases`, `targets/<signer>`'),
  digest: z.string().describe('What the tag is signed to be'),
  key_ids: z.array(z.string()).describe('Who signed the role'),
  root_key_ids: z.array(z.string()),
  counts: z.boolean().describe('The policy believes the root'),
  expired: z.boolean(),
  expiry_time: time,
  signed_time: time,
});

export class SignaturesDto extends createZodDto(
  z.object({
    digest: z.string(),
    ...assessed,
    policy_version: int64.describe('0: nobody has set a trust policy'),
    tags: z.array(z.object({ name: z.string(), ...assessed })).describe('Notary signs tags: they may differ'),
    signatures: z.array(signature).describe('At most 200'),
    notary: z
      .array(notary)
      .describe('What Notary says of the digest and of the tags, by name of the repository and role'),
  }),
) {}

export function toSignatures(digest: string, view: SigningView): z.input<typeof SignaturesDto.schema> {
  return {
    digest,
    ...toAssessed(view),
    policy_version: view.policy.version,
    tags: view.tags.map((tag) => ({ name: tag.name, ...toAssessed(tag) })),
    signatures: view.signatures.map(toSignature),
    notary: view.notary.map((row) => ({
      gun: row.gun,
      tag: row.tag,
      role: row.role,
      digest: `sha256:${row.sha256}`,
      key_ids: row.keyIds,
      root_key_ids: row.rootKeyIds,
      counts: row.counts,
      expired: row.expired,
      expiry_time: new Date(row.expiryTime),
      signed_time: new Date(row.signedTime),
    })),
  };
}

function toAssessed({
  status,
  reasons: why,
  missingSigners,
  inheritedFrom,
}: SigningView | SigningView['tags'][number]) {
  return { status, reasons: why, missing_signers: missingSigners, inherited_from: inheritedFrom };
}

type SignatureRow = SigningView['signatures'][number];

function toSignature(row: SignatureRow): z.input<typeof signature> {
  const { system, digest, of, standing, verdict, policyVersion, verifiedTime } = row;
  return {
    system,
    digest,
    signed_digest: of,
    standing,
    ...(verdict ? toVerdict(verdict) : { reasons: [], checks: [], trusted_by: [], claims: {} }),
    ...(policyVersion !== null && { policy_version: policyVersion }),
    ...(verifiedTime !== null && { verified_time: new Date(verifiedTime) }),
  };
}

/** Stored as JSON: its times are text. */
function toVerdict(verdict: NonNullable<SignatureRow['verdict']>) {
  const {
    format,
    status,
    reasons: why,
    checks,
    trustedBy,
    claims,
    signer: who,
    signedAt,
    expires,
    recheckAt,
  } = verdict;
  return {
    format,
    verdict: status,
    reasons: why,
    checks,
    trusted_by: trustedBy,
    claims,
    ...(who && { signer: { ...who, chain: who.chain.map(toCertificate) } }),
    ...(signedAt && { signed_time: new Date(signedAt.at), signed_time_source: signedAt.source }),
    ...(expires && { expiry_time: new Date(expires) }),
    ...(recheckAt && { recheck_time: new Date(recheckAt) }),
  };
}

type Certificate = NonNullable<NonNullable<SignatureRow['verdict']>['signer']>['chain'][number];

function toCertificate({ notBefore, notAfter, ...others }: Certificate): z.input<typeof certificate> {
  return { ...others, not_before: new Date(notBefore), not_after: new Date(notAfter) };
}
