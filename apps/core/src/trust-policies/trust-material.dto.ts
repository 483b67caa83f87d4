import {
  materialKinds,
  materialName,
  signersNaming,
  warningsOf,
  type Material,
  type TrustPolicySettings,
} from '@breakwater/trust-policies';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pathId, time } from '../rest';

const kind = z
  .enum(materialKinds)
  .describe(
    'A certificate in a trust store of Notation (`ca`, `signingAuthority`, `tsa`), a public key of Cosign, or a trusted_root.json of Sigstore',
  );

/** A trusted root has some ten thousand characters; a file with a hundred certificates some hundred thousand. */
const maxContent = 500_000;

export class TrustMaterialInputDto extends createZodDto(
  z.strictObject({
    kind,
    name: materialName.describe('Of the store or the key'),
    content: z
      .string()
      .min(1)
      .max(maxContent)
      .describe('PEM: certificates, one or many, or one public key; for sigstoreRoot JSON. Never a private key'),
  }),
) {}

export class TrustMaterialDto extends createZodDto(
  z.object({
    id: int64,
    kind,
    name: z.string(),
    thumbprint: z.string().describe("SHA-256 in hex: of the certificate, of a key's SPKI, of the JSON"),
    algorithm: z.string().optional(),
    certificate: z
      .object({
        subject: z.string(),
        issuer: z.string(),
        serial: z.string(),
        not_before: z.iso.datetime(),
        not_after: z.iso.datetime(),
      })
      .optional(),
    content: z.string().optional().describe('PEM; the JSON of a trusted root only where one is asked for'),
    signers: z
      .array(z.string())
      .describe('Required signers that go by it: it cannot be deleted as the last of its name'),
    warnings: z.array(z.string()),
    creation_time: time,
  }),
) {}

export class TrustMaterialsDto extends createZodDto(z.object({ materials: z.array(TrustMaterialDto.schema) })) {}

export class TrustMaterialPath extends createZodDto(
  z.object({ material_id: pathId.describe('The id of the certificate or key') }),
) {}

export function toTrustMaterial(
  material: Material,
  settings: TrustPolicySettings,
  now: Date,
): z.input<typeof TrustMaterialDto.schema> {
  const { id, kind: ofKind, name, thumbprint, content, creationTime } = material;
  const { algorithm, certificate } = material.details;
  return {
    id,
    kind: ofKind,
    name,
    thumbprint,
    ...(algorithm !== undefined && { algorithm }),
    ...(certificate !== undefined && {
      certificate: {
        subject: certificate.subject,
        issuer: certificate.issuer,
        serial: certificate.serial,
        not_before: certificate.notBefore,
        not_after: certificate.notAfter,
      },
    }),
    ...(ofKind !== 'sigstoreRoot' && { content }),
    signers: signersNaming(material, settings),
    warnings: warningsOf(material, now),
    creation_time: creationTime,
  };
}
