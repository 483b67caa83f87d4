import { z } from 'zod';

export const trustSystems = ['notary', 'notation', 'cosign'] as const;
const system = z.enum(trustSystems);

/** What stores, keys, identities and signers are called; Notation allows no more for a store. */
export const materialName = z
  .string()
  .regex(/^[a-zA-Z0-9_.-]{1,128}$/, 'expected 1 to 128 letters, digits and any of _ . -');

const identity = z.strictObject({
  name: materialName,
  issuer: z.url().max(1024).describe('The OpenID provider, exactly: https://token.actions.githubusercontent.com'),
  subject: z.string().min(1).max(2048).describe('An address or the URI of a workflow, as the certificate has it'),
  match: z.enum(['exact', 'glob']).default('exact').describe('glob: `*` stays between slashes, `**` does not'),
});

const signer = z.strictObject({
  name: materialName,
  system,
  trusted_by: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(20)
    .describe(
      'One is enough. notation: `ca:<store>` or `signingAuthority:<store>`; cosign: a key or an identity; notary: a role (`targets/carol`) or a key id',
    ),
});

const notary = z.strictObject({
  root_key_ids: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'expected the id of a key: 64 digits in lower-case hex'))
    .max(100)
    .default([])
    .describe('A root needs one of these keys; none: the first root that comes is trusted'),
});

const notation = z.strictObject({
  level: z.enum(['strict', 'permissive', 'audit']).default('strict'),
  verify_timestamp: z.enum(['always', 'afterCertExpiry']).default('always').describe('Only with a tsa store'),
  identities: z
    .array(z.string().min(1).max(1024))
    .min(1)
    .max(100)
    .default(['*'])
    .describe('`*`, or subjects of signing certificates: `x509.subject: C=DE, ST=BE, O=acme`'),
  revocation: z
    .enum(['off', 'check'])
    .default('off')
    .describe('check: the certificates’ issuers are asked (OCSP, CRL) whether they are revoked; needs a way out'),
});

const cosign = z.strictObject({
  identities: z.array(identity).max(100).default([]),
  trusted_root: z
    .enum(['public-good', 'uploaded'])
    .default('public-good')
    .describe("Whom keyless signatures are believed by: Sigstore's public instance, or the uploaded trusted_root.json"),
  key_signatures: z
    .strictObject({ transparency_log: z.boolean().default(false), time: z.boolean().default(false) })
    .prefault({})
    .describe('What a signature with a key must prove besides'),
  keyless_signatures: z
    .strictObject({ transparency_log: z.boolean().default(true), certificate_log: z.boolean().default(true) })
    .prefault({})
    .describe('What a signature with a certificate must prove besides its time'),
});

const action = z.enum(['allow', 'block']).default('allow');

/** What people set, as clients send it and as it is stored. Certificates and keys are apart: they are uploaded. */
export const trustPolicySettings = z.strictObject({
  systems: z
    .array(system)
    .min(1)
    .max(trustSystems.length)
    .nullable()
    .default(null)
    .describe("Those that count; null: the signers', those that the metadata asks for, or all"),
  notary: notary.prefault({}),
  notation: notation.prefault({}),
  cosign: cosign.prefault({}),
  signers: z.array(signer).max(20).default([]).describe('Every one needs a valid signature'),
  pull: action.describe('block: what lacks a valid signature is not pulled'),
  push: action.describe('block: a tag is made only on a digest that Notation or Cosign signed already'),
  signed_tags: z
    .enum(['replaceable', 'protected'])
    .default('replaceable')
    .describe('protected: a tag whose digest is signed moves only to a digest that is signed, too'),
  quarantine: z
    .strictObject({ days: z.int().min(1).max(365) })
    .nullable()
    .default(null)
    .describe('What is pushed is for pushers alone until it is signed, at most so long'),
});

export type TrustPolicySettings = z.output<typeof trustPolicySettings>;
export type SignerSettings = TrustPolicySettings['signers'][number];

/** As it is stored: an older version knew less, and what a newer one added is no fault. */
export const fromStored = (stored: TrustPolicySettings): TrustPolicySettings => ({
  ...stored,
  notation: { ...defaultSettings().notation, ...stored.notation },
});

/** Of a project whose policy nobody has set. */
export const defaultSettings = (): TrustPolicySettings => trustPolicySettings.parse({});
