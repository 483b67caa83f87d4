import { AppError } from '../errors';
import { readDescriptor, type Descriptor } from './descriptor';
import { parseJson } from './json';
import { type JsonObject, manifestFault, readObject, readText, readTextMap } from './manifest-fields';
import { identifyManifest } from './manifest-shape';
import { isNondistributable } from './media-types';

/**
 * What the registry reads of a manifest, an index, or their Docker and ORAS kin. The bytes are stored as they came,
 * so fields that are not named here need no attention.
 */
export interface Manifest {
  kind: 'image' | 'index';
  mediaType: string;
  artifactType?: string;
  config?: Descriptor;
  layers: Descriptor[];
  manifests: Descriptor[];
  subject?: Descriptor;
  annotations: Record<string, string>;
}

const MAX_DEPTH = 64;
const MAX_DESCRIPTORS = 10_000;

/** Throws MANIFEST_INVALID, with the path of the field at fault in message and detail. */
export function parseManifest(bytes: Buffer, contentType: string | undefined): Manifest {
  const fields = parseBody(bytes);
  const { mediaType, shape } = identifyManifest(fields, contentType);
  const listed = readDescriptors(fields[shape.list], shape.list);
  const config = shape.list === 'layers' ? readDescriptor(fields.config, 'config') : undefined;
  const subject = readObject(fields.subject, 'subject') && readDescriptor(fields.subject, 'subject');
  const artifactType = readText(fields.artifactType, 'artifactType');
  return {
    kind: shape.kind,
    mediaType,
    ...(artifactType !== undefined && { artifactType }),
    ...(config !== undefined && { config }),
    layers: shape.kind === 'image' ? listed : [],
    manifests: shape.kind === 'index' ? listed : [],
    ...(subject !== undefined && { subject }),
    annotations: readTextMap(fields.annotations, 'annotations') ?? {},
  };
}

/** The blobs that must be in the repository before the manifest is: not those that clients fetch elsewhere. */
export function requiredBlobs(manifest: Manifest): Descriptor[] {
  const layers = manifest.layers.filter(({ mediaType, urls }) => !isNondistributable(mediaType) && !urls?.length);
  const blobs = manifest.config === undefined ? layers : [manifest.config, ...layers];
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

/** distribution-spec "Listing Referrers": an image without `artifactType` shows its config's type, an index nothing. */
export function referrerArtifactType(manifest: Manifest): string | undefined {
  return manifest.artifactType ?? manifest.config?.mediaType;
}

function parseBody(bytes: Buffer): JsonObject {
  let body: unknown;
  try {
    body = parseJson(bytes, { maxDepth: MAX_DEPTH });
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('MANIFEST_INVALID', `invalid manifest: the body is not JSON: ${problem}`, { cause });
  }
  const fields = readObject(body, 'the body');
  if (fields === undefined) throw manifestFault('the body', 'must be an object');
  return fields;
}

/** An empty index and an artifact without layers are valid; writers in Go say null for them. */
function readDescriptors(value: unknown, where: string): Descriptor[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw manifestFault(where, 'must be an array');
  if (value.length > MAX_DESCRIPTORS) throw manifestFault(where, `has more than ${MAX_DESCRIPTORS} descriptors`);
  return value.map((item, position) => readDescriptor(item, `${where}[${position}]`));
}
