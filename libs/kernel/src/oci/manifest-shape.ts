import { excerpt } from '../excerpt';
import { type JsonObject, manifestFault, readText } from './manifest-fields';
import { mediaTypes } from './media-types';

/** What a body of some media type looks like. */
export interface ManifestShape {
  kind: 'image' | 'index';
  /** The field that lists the content. */
  list: 'layers' | 'manifests' | 'blobs';
  /** Fields of other shapes: with one of them, two clients could take the body for two things (CVE-2021-41190). */
  foreign: readonly string[];
  /** image-spec lets the body leave `mediaType` out; Docker and ORAS do not. */
  namesItself: boolean;
}

const image = { kind: 'image', list: 'layers', foreign: ['manifests', 'fsLayers'] } as const;
const index = { kind: 'index', list: 'manifests', foreign: ['config', 'layers', 'fsLayers'] } as const;
const artifact = { kind: 'image', list: 'blobs', foreign: ['config', 'layers', 'manifests', 'fsLayers'] } as const;

const shapes = new Map<string, ManifestShape>([
  [mediaTypes.ociManifest, { ...image, namesItself: false }],
  [mediaTypes.dockerManifest, { ...image, namesItself: true }],
  [mediaTypes.ociIndex, { ...index, namesItself: false }],
  [mediaTypes.dockerList, { ...index, namesItself: true }],
  [mediaTypes.ociArtifact, { ...artifact, namesItself: true }],
  [mediaTypes.orasArtifact, { ...artifact, namesItself: true }],
]);
const schema1: readonly string[] = [mediaTypes.dockerSchema1, mediaTypes.dockerSchema1Signed];

/** Clients written in Go take `Layers` for `layers`: another way to make two things of one body. */
const FIELDS = ['schemaVersion', 'mediaType', 'artifactType', 'config', 'layers', 'blobs', 'manifests', 'subject'];
const spellings = new Map([...FIELDS, 'annotations', 'fsLayers'].map((field) => [field.toLowerCase(), field]));

/**
 * Finds out what the body is, and refuses one that could be something else as well. distribution-spec "Pushing
 * Manifests": parameters of the Content-Type are ignored, and a `mediaType` in the body must be the same type.
 */
export function identifyManifest(
  fields: JsonObject,
  contentType: string | undefined,
): { mediaType: string; shape: ManifestShape } {
  refuseOtherSpellings(fields);
  const header = withoutParameters(contentType);
  const body = readText(fields.mediaType, 'mediaType');
  if (header !== undefined && body !== undefined && header !== body) {
    throw manifestFault('mediaType', `is ${excerpt(body)} and the Content-Type is ${excerpt(header)}`);
  }
  const mediaType = body ?? header;
  if (mediaType === undefined) throw manifestFault('mediaType', 'is missing, and so is the Content-Type');
  const shape = shapeOf(mediaType);
  if (shape.namesItself && body === undefined) throw manifestFault('mediaType', 'is missing');
  refuseOtherShapes(fields, shape, mediaType);
  return { mediaType, shape };
}

function shapeOf(mediaType: string): ManifestShape {
  if (schema1.includes(mediaType)) {
    throw manifestFault('mediaType', 'is Docker schema 1, which is not supported: push again with a newer client');
  }
  const shape = shapes.get(mediaType);
  if (shape === undefined) throw manifestFault('mediaType', `${excerpt(mediaType)} is not the type of a manifest`);
  return shape;
}

function refuseOtherSpellings(fields: JsonObject): void {
  for (const key of Object.keys(fields)) {
    const field = spellings.get(key.toLowerCase());
    if (field !== undefined && field !== key) throw manifestFault(key, `must be spelled ${field}`);
  }
}

function refuseOtherShapes(fields: JsonObject, shape: ManifestShape, mediaType: string): void {
  const foreign = shape.foreign.find((field) => fields[field] !== undefined && fields[field] !== null);
  if (foreign !== undefined) throw manifestFault(foreign, `does not belong in ${mediaType}`);
  // The artifact manifests never had a schemaVersion.
  const version = fields.schemaVersion ?? (shape.list === 'blobs' ? 2 : undefined);
  if (version !== 2) throw manifestFault('schemaVersion', 'must be 2');
}

function withoutParameters(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() || undefined;
}
