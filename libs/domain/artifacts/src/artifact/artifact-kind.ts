import { mediaTypes, type Manifest } from '@breakwater/kernel';

const imageConfigs: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/** Does the config describe a container image? */
export function isImageConfig(mediaType: string | undefined): boolean {
  return mediaType !== undefined && imageConfigs.has(mediaType);
}

const wasmConfig = 'application/vnd.wasm.config.v1+json';

const knownTypes: Record<string, string> = {
  'application/vnd.cncf.helm.config.v1+json': 'CHART',
  'application/vnd.cnab.manifest.v1': 'CNAB',
  [wasmConfig]: 'WASM',
  'application/vnd.wasm.config.v0+json': 'WASM',
  'application/vnd.goharbor.harbor.sbom.v1': 'SBOM',
  // The model specification's first home, and where it moved.
  'application/vnd.cnai.model.config.v1+json': 'CNAI',
  'application/vnd.cncf.model.config.v1+json': 'CNAI',
};

/** An image that says of itself that it is a WebAssembly module (the two ways that runtimes know). */
const wasmMarks = [
  ['module.wasm.image/variant', 'compat'],
  ['run.oci.handler', 'wasm'],
] as const;

/** `application/vnd.<org>.<type>.config.<version>+json`, as Harbor reads it (management-platform.md section 7.8). */
const namedType = /^application\/vnd\.[^.]*\.(.*)\.config\.[^.]*\+json$/;

export const unknownKind = 'UNKNOWN';

/**
 * What the artifact is to people, as Harbor derives it: an image, a known kind, else the word that the media type of its
 * config names, else UNKNOWN.
 */
export function artifactKind(manifest: Manifest): string {
  const mediaType = configType(manifest);
  if (isImageConfig(mediaType) || mediaType === manifest.mediaType) return kindWithoutConfig(manifest);
  const known = Object.hasOwn(knownTypes, mediaType) ? knownTypes[mediaType] : undefined;
  if (known) return known;
  const word = namedType.exec(mediaType)?.[1];
  return (word || unknownKind).toUpperCase().slice(0, 255);
}

/** An index of images, and an image; a manifest without a config that tells is neither. */
function kindWithoutConfig({ kind, config }: Manifest): string {
  return kind === 'index' || isImageConfig(config?.mediaType) ? 'IMAGE' : unknownKind;
}

/**
 * Media type of the config; for an artifact with the empty config its own `artifactType` tells more, for an index the
 * annotation that bundles (CNAB) carry.
 */
export function configType(manifest: Manifest): string {
  if (manifest.kind === 'index') return manifest.annotations['org.opencontainers.artifactType'] || manifest.mediaType;
  const { config, artifactType } = manifest;
  if (isMarkedWasm(manifest)) return wasmConfig;
  if (artifactType && (!config || config.mediaType === mediaTypes.ociEmpty)) return artifactType;
  return config?.mediaType ?? manifest.mediaType;
}

/** An image by its config, WebAssembly by its annotations. */
export function isMarkedWasm({ config, annotations }: Manifest): boolean {
  return isImageConfig(config?.mediaType) && wasmMarks.some(([name, value]) => annotations[name] === value);
}

/** Digest of the layer that is marked as the artifact's icon. */
export function iconOf({ layers }: Manifest): string | null {
  return (
    layers.find(({ annotations }) => annotations?.['io.goharbor.artifact.v1alpha1.icon'] !== undefined)?.digest ?? null
  );
}

const accessoryTypes: Record<string, string> = {
  'application/vnd.cncf.notary.signature': 'signature.notation',
  'application/vnd.dev.cosign.artifact.sig.v1+json': 'signature.cosign',
  'application/vnd.dev.sigstore.bundle.v0.3+json': 'signature.cosign',
  'application/vnd.goharbor.harbor.sbom.v1': 'sbom.harbor',
};

const subjectTag = /^(sha256|sha512)-([0-9a-f]{64}|[0-9a-f]{128})\.(sig|att|sbom)$/;

/** What an artifact says of another one: its subject and the type of accessory, by Harbor's names. */
export interface AccessoryLink {
  subjectDigest: string;
  type: string;
}

/** By the manifest's `subject`, or by the tag that cosign gives signatures (`sha256-<hex>.sig`). */
export function accessoryLink(manifest: Manifest, tags: readonly string[]): AccessoryLink | undefined {
  if (manifest.subject) {
    const type = accessoryTypes[manifest.artifactType ?? ''] ?? accessoryTypes[manifest.config?.mediaType ?? ''];
    return { subjectDigest: manifest.subject.digest, type: type ?? 'subject.accessory' };
  }
  return tags.map(linkByTag).find((link) => link !== undefined);
}

/** By the tag alone. */
export function linkByTag(tag: string): AccessoryLink | undefined {
  const match = subjectTag.exec(tag);
  if (!match) return undefined;
  return {
    subjectDigest: `${match[1]}:${match[2]}`,
    type: match[3] === 'sig' ? 'signature.cosign' : 'subject.accessory',
  };
}
