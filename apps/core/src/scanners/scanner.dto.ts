import {
  abilitiesOf,
  authTypes,
  type AdapterMetadata,
  type ScannerInput,
  type ScannerView,
} from '@breakwater/scanners';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { listShape, time } from '../rest';

const auth = z
  .string()
  .max(64)
  .describe(`How the adapter wants to know who asks: ${authTypes.map((type) => `\`${type}\``).join(', ')}`);
const credential = z.string().max(4_096);
const address = z.string().max(2_048).meta({ format: 'uri' });

export class ScannerRegistrationDto extends createZodDto(
  z.object({
    uuid: z.string().optional(),
    name: z.string().optional(),
    description: z.string().optional(),
    url: z.string().meta({ format: 'uri' }).optional(),
    disabled: z.boolean().optional(),
    is_default: z.boolean().optional(),
    auth: z.string().optional(),
    access_credential: z.string().optional().describe('Always empty: what was set is not shown'),
    skip_certVerify: z.boolean().optional(),
    use_internal_addr: z.boolean().optional(),
    create_time: time.optional(),
    update_time: time.optional(),
    adapter: z.string().optional(),
    vendor: z.string().optional(),
    version: z.string().optional(),
    health: z.string().optional().describe('`healthy`, `unhealthy`; absent while the adapter has not answered'),
    capabilities: z.object({ support_vulnerability: z.boolean(), support_sbom: z.boolean() }).optional(),
  }),
) {}

export class ScannerRegistrationReqDto extends createZodDto(
  z.object({
    name: z.string(),
    url: address,
    description: z.string().nullish(),
    auth: auth.nullish(),
    access_credential: credential
      .nullish()
      .describe('`user:password`, token or key; empty in a change: as it was, while the address stays'),
    skip_certVerify: z.boolean().nullish(),
    use_internal_addr: z.boolean().nullish().describe("The scanner pulls from the platform's internal address"),
    disabled: z.boolean().nullish(),
  }),
) {}

export class ScannerRegistrationSettingsDto extends createZodDto(
  z.object({
    name: z.string(),
    url: address,
    auth: auth.nullish(),
    access_credential: credential.nullish(),
    skip_certVerify: z.boolean().nullish().describe('In addition to Harbor'),
  }),
) {}

export class IsDefaultDto extends createZodDto(z.object({ is_default: z.boolean().nullish() })) {}

export class ProjectScannerDto extends createZodDto(z.object({ uuid: z.string().max(255) })) {}

export class ScannerPath extends createZodDto(
  z.object({ registration_id: z.string().max(255).describe('The uuid of the scanner') }),
) {}

export class ListScannersQuery extends createZodDto(z.object(listShape)) {}

export class ScannerAdapterMetadataDto extends createZodDto(
  z.object({
    scanner: z.object({ name: z.string(), vendor: z.string(), version: z.string() }).optional(),
    capabilities: z
      .array(
        z.object({
          type: z.string().optional(),
          consumes_mime_types: z.array(z.string()),
          produces_mime_types: z.array(z.string()),
        }),
      )
      .optional(),
    properties: z.record(z.string(), z.string()).optional(),
  }),
) {}

export function readScannerBody(body: ScannerRegistrationReqDto | ScannerRegistrationSettingsDto): ScannerInput {
  const given: Partial<ScannerRegistrationReqDto> = body;
  return {
    name: body.name,
    url: body.url,
    description: given.description ?? '',
    auth: body.auth ?? '',
    accessCredential: body.access_credential ?? '',
    skipCertVerify: body.skip_certVerify ?? false,
    useInternalAddr: given.use_internal_addr ?? false,
    disabled: given.disabled ?? false,
  };
}

export function toScanner(scanner: ScannerView): z.input<typeof ScannerRegistrationDto.schema> {
  return {
    uuid: scanner.uuid,
    name: scanner.name,
    description: scanner.description,
    url: scanner.url,
    disabled: scanner.disabled,
    is_default: scanner.isDefault,
    auth: scanner.auth,
    access_credential: '',
    skip_certVerify: scanner.skipCertVerify,
    use_internal_addr: scanner.useInternalAddr,
    create_time: scanner.createTime,
    update_time: scanner.updateTime,
    ...(scanner.answer && ('metadata' in scanner.answer ? healthy(scanner.answer.metadata) : { health: 'unhealthy' })),
  };
}

function healthy(metadata: AdapterMetadata): z.input<typeof ScannerRegistrationDto.schema> {
  const { name: adapter, vendor, version } = metadata.scanner;
  const { vulnerability, sbom } = abilitiesOf(metadata);
  const capabilities = { support_vulnerability: vulnerability, support_sbom: sbom };
  return { adapter, vendor, version, health: 'healthy', capabilities };
}
