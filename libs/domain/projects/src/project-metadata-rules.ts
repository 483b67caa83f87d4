import { AppError } from '@breakwater/kernel';
import { z } from 'zod';

const truths = new Set(['true', 't', '1']);
const untruths = new Set(['false', 'f', '0']);

/** Stored as Harbor stores it, `true` or `false`, however it was spelt. */
const bool = z.string().transform((text, context) => {
  const word = text.toLowerCase();
  if (truths.has(word) || untruths.has(word)) return String(truths.has(word));
  context.addIssue({ code: 'custom', message: 'expected true or false' });
  return z.NEVER;
});
const wholeNumber = z
  .string()
  .regex(/^-?\d{1,10}$/, 'expected a whole number')
  .refine((text) => Number(text) >= -1, 'expected -1 or more');
const severity = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['none', 'low', 'medium', 'high', 'critical']));

/** Every metadata that clients may set; all values are strings (management-platform.md section 1.2). */
const metadataSchema = {
  public: bool,
  enable_content_trust: bool,
  enable_content_trust_cosign: bool,
  prevent_vul: bool,
  severity,
  auto_scan: bool,
  auto_sbom_generation: bool,
  reuse_sys_cve_allowlist: bool,
  proxy_speed_kb: wholeNumber,
  max_upstream_conn: wholeNumber,
  proxy_cache_local_on_not_found: bool,
  proxy_referrer_api: bool,
  proxy_cache_filter_pattern: z.string().max(255),
  proxy_cache_filter_kind: z.enum(['doublestar', 'regex']),
};

/** Which retention policy the project has; the server's to set. */
export const retentionId = 'retention_id';

/** As a request holds them. */
export type GivenMetadata = Readonly<Record<string, string | null | undefined>>;

export type MetadataName = keyof typeof metadataSchema;
export const metadataNames = Object.keys(metadataSchema) as MetadataName[];

/** Checks one value and brings it into the form it is stored in. Throws BAD_REQUEST. */
export function readMetadata(name: string, value: string): [MetadataName, string] {
  if (!isMetadataName(name))
    throw new AppError('BAD_REQUEST', `unknown project metadata ${JSON.stringify(name.slice(0, 80))}`);
  const result = metadataSchema[name].safeParse(value);
  if (result.success) return [name, result.data];
  throw new AppError(
    'BAD_REQUEST',
    `invalid project metadata ${name}: ${result.error.issues.map(({ message }) => message).join('; ')}`,
  );
}

/** Those of a create or update request that are set. `retention_id` and `null` are sent back by clients and not theirs to set. */
export function readAllMetadata(metadata: GivenMetadata): Map<MetadataName, string> {
  const given = Object.entries(metadata).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== retentionId,
  );
  return new Map(given.map(([name, value]) => readMetadata(name, value)));
}

function isMetadataName(name: string): name is MetadataName {
  return Object.hasOwn(metadataSchema, name);
}
