import { mediaTypes, type Manifest } from '@breakwater/kernel';

const imageConfigs: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/** Does the config describe a container image? */
export function isImageConfig(mediaType: string | undefined): boolean {
  return mediaType !== undefined && imageConfigs.has(mediaType);
}

const knownTypes: Record<string, string> = {
  'application/vnd.cncf.helm.config.v1+json': 'CHART',
  'application/vnd.cnab.manifest.v1': 'CNAB',
  'application/vnd.wasm.config.v1+json': 'WASM',
  'application/vnd.wasm.config.v0+json': 'WASM',
};

/**
 * What the artifact is to people, as Harbor derives it: an image, a known kind, else the word that
 * `application/vnd.<org>.<word>.config…` names, else UNKNOWN.
 */
export function artifactKind(manifest: Manifest): string {
  if (manifest.kind === 'index') return manifest.annotations['org.opencontainers.artifactType'] ? 'CNAB' : 'IMAGE';
  const mediaType = configType(manifest);
  if (isImageConfig(mediaType)) return 'IMAGE';
  const known = knownTypes[mediaType];
  if (known) return known;
  const word = /^application\/vnd\.[^.]+\.(.+?)\.config(\..+)?(\+\w+)?$/.exec(mediaType)?.[1];
  return (word ?? 'UNKNOWN').toUpperCase().slice(0, 255);
}

/** Media type of the config; for an artifact with the empty config its own `artifactType` tells more. */
export function configType(manifest: Manifest): string {
  if (manifest.kind === 'index') return manifest.mediaType;
  const { config, artifactType } = manifest;
  if (artifactType && (!config || config.mediaType === mediaTypes.ociEmpty)) return artifactType;
  return config?.mediaType ?? manifest.mediaType;
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
