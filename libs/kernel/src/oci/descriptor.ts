import { isDigest } from './digest';
import { manifestFault, readObject, readStorableObject, readText, readTextList, readTextMap } from './manifest-fields';

/** image-spec "Content Descriptors". */
export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
  platform?: Record<string, unknown>;
  urls?: string[];
  /** The content itself in base64, not compared with the digest. */
  data?: string;
}

/** Throws MANIFEST_INVALID with the path of the field at fault. */
export function readDescriptor(value: unknown, where: string): Descriptor {
  const fields = readObject(value, where);
  if (fields === undefined) throw manifestFault(where, 'is missing');
  const mediaType = readText(fields.mediaType, `${where}.mediaType`);
  if (mediaType === undefined) throw manifestFault(`${where}.mediaType`, 'is missing');
  return withoutUndefined({
    mediaType,
    digest: readDigest(fields.digest, `${where}.digest`),
    size: readSize(fields.size, `${where}.size`),
    artifactType: readText(fields.artifactType, `${where}.artifactType`),
    annotations: readTextMap(fields.annotations, `${where}.annotations`),
    platform: readStorableObject(fields.platform, `${where}.platform`),
    urls: readTextList(fields.urls, `${where}.urls`),
    data: readText(fields.data, `${where}.data`),
  });
}

function readDigest(value: unknown, where: string): string {
  if (typeof value === 'string' && isDigest(value)) return value;
  throw manifestFault(where, 'must be sha256:<64 hex> or sha512:<128 hex>');
}

function readSize(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw manifestFault(where, 'must be a whole number from 0 to 2^53-1');
}

/** A descriptor is stored and sent as JSON, and compared in tests: a field that is not set should not be there. */
function withoutUndefined(descriptor: Descriptor): Descriptor {
  for (const key of Object.keys(descriptor) as (keyof Descriptor)[]) {
    if (descriptor[key] === undefined) delete descriptor[key];
  }
  return descriptor;
}
