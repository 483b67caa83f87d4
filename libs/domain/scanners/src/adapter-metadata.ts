import { z } from 'zod';

const text = z.string().max(1_024);
const needed = text.min(1);
const mimeTypes = z.array(text).max(100);

/** What an adapter says of itself: `GET /api/v1/metadata` of the pluggable scanner API 1.0 to 1.2. */
const adapterMetadata = z.object({
  scanner: z.object({ name: needed, vendor: needed, version: needed }),
  capabilities: z
    .array(
      z.object({
        /** Absent before 1.2: it looks for vulnerabilities. */
        type: text.nullish().transform((type) => type ?? ''),
        consumes_mime_types: mimeTypes,
        produces_mime_types: mimeTypes,
      }),
    )
    .min(1)
    .max(100),
  properties: z
    .record(text, z.string().max(16_384))
    .nullish()
    .transform((properties) => properties ?? {}),
});
export type AdapterMetadata = z.output<typeof adapterMetadata>;

const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const reports = [
  'application/vnd.security.vulnerability.report; version=1.1',
  'application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0',
  'application/vnd.security.sbom.report+json; version=1.0',
];

/** Throws when it is not what the platform can work with (ecosystem.md section 1.1). */
export function readMetadata(json: string): AdapterMetadata {
  const { data: metadata, error } = adapterMetadata.safeParse(parsed(json));
  if (!metadata) throw new Error(`its metadata are malformed: ${firstProblem(error)}`);
  for (const { consumes_mime_types: consumed, produces_mime_types: produced } of metadata.capabilities) {
    if (!consumed.some((type) => plain(type) === dockerManifest))
      throw new Error(`a capability does not consume ${dockerManifest}`);
    if (!produced.some((type) => reports.some((report) => plain(type) === plain(report))))
      throw new Error(`a capability produces none of the reports ${reports.join(', ')}`);
  }
  return metadata;
}

export interface Abilities {
  vulnerability: boolean;
  sbom: boolean;
}

export function abilitiesOf({ capabilities }: AdapterMetadata): Abilities {
  const types = capabilities.map(({ type }) => type);
  return { vulnerability: types.some((type) => type === '' || type === 'vulnerability'), sbom: types.includes('sbom') };
}

/** Adapters write the parameter with and without a space. */
const plain = (mimeType: string): string => mimeType.replaceAll(' ', '').toLowerCase();

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Where, and what was expected; nothing of what the address answered. */
function firstProblem({ issues }: z.ZodError): string {
  const [issue] = issues;
  const path = issue?.path ?? [];
  // Below `properties` are the adapter's own words.
  const place = path[0] === 'properties' ? 'properties' : path.join('.');
  return issue && place !== '' ? `${place}: ${issue.code}` : 'no JSON object';
}
