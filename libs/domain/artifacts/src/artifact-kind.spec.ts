import type { Descriptor, Manifest } from '@breakwater/kernel';
import { accessoryLink, artifactKind, configType, isImageConfig } from './artifact-kind';

const hex = 'a'.repeat(64);
const descriptor = (mediaType: string): Descriptor => ({ mediaType, digest: `sha256:${hex}`, size: 2 });

function image(config: string | undefined, extra: Partial<Manifest> = {}): Manifest {
  return {
    kind: 'image',
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...(config !== undefined && { config: descriptor(config) }),
    layers: [],
    manifests: [],
    annotations: {},
    ...extra,
  };
}

const index = (annotations: Record<string, string> = {}): Manifest => ({
  ...image(undefined),
  kind: 'index',
  mediaType: 'application/vnd.oci.image.index.v1+json',
  annotations,
});

describe('artifactKind', () => {
  it.each([
    ['application/vnd.oci.image.config.v1+json', 'IMAGE'],
    ['application/vnd.docker.container.image.v1+json', 'IMAGE'],
    ['application/vnd.cncf.helm.config.v1+json', 'CHART'],
    ['application/vnd.wasm.config.v1+json', 'WASM'],
    ['application/vnd.wasm.config.v0+json', 'WASM'],
    ['application/vnd.example.model.config.v1+json', 'MODEL'],
    ['application/vnd.example.some.thing.config.v1+json', 'SOME.THING'],
    ['application/vnd.example.config', 'UNKNOWN'],
    ['application/vnd.unknown.config.v1+json', 'UNKNOWN'],
    ['text/plain', 'UNKNOWN'],
    ['', 'UNKNOWN'],
    [`application/vnd.x.${'y'.repeat(300)}.config.v1+json`, 'Y'.repeat(255)],
  ])('of the config %s is %s', (mediaType, kind) => {
    expect(artifactKind(image(mediaType))).toBe(kind);
  });

  it('of an index is an image, or a bundle that says so', () => {
    expect(artifactKind(index())).toBe('IMAGE');
    expect(artifactKind(index({ 'org.opencontainers.artifactType': 'application/vnd.cnab.manifest.v1' }))).toBe('CNAB');
  });

  it('goes by the artifact type where the config is empty', () => {
    const artifactType = 'application/vnd.example.model.config.v1+json';
    expect(artifactKind(image('application/vnd.oci.empty.v1+json', { artifactType }))).toBe('MODEL');
    expect(artifactKind(image('application/vnd.oci.image.config.v1+json', { artifactType }))).toBe('IMAGE');
  });
});

describe('configType', () => {
  it('is the most telling media type there is', () => {
    expect(configType(index())).toBe('application/vnd.oci.image.index.v1+json');
    expect(configType(image('a/b'))).toBe('a/b');
    expect(configType(image('application/vnd.oci.empty.v1+json'))).toBe('application/vnd.oci.empty.v1+json');
    expect(configType(image(undefined, { artifactType: 'c/d' }))).toBe('c/d');
    expect(configType(image(undefined))).toBe('application/vnd.oci.image.manifest.v1+json');
  });
});

describe('isImageConfig', () => {
  it('knows the two kinds of image', () => {
    expect(isImageConfig('application/vnd.oci.image.config.v1+json')).toBe(true);
    expect(isImageConfig('application/vnd.docker.container.image.v1+json')).toBe(true);
    expect(isImageConfig('application/vnd.cncf.helm.config.v1+json')).toBe(false);
    expect(isImageConfig(undefined)).toBe(false);
  });
});

describe('accessoryLink', () => {
  const subject = descriptor('application/vnd.oci.image.manifest.v1+json');
  const other = `sha512:${'b'.repeat(128)}`;

  it('is none for an artifact that stands for itself', () => {
    expect(
      accessoryLink(image('a/b'), ['latest', `sha256-${hex}`, `sha256-${hex}.SIG`, 'sha256-abc.sig']),
    ).toBeUndefined();
  });

  it.each([
    ['application/vnd.cncf.notary.signature', 'signature.notation'],
    ['application/vnd.dev.cosign.artifact.sig.v1+json', 'signature.cosign'],
    ['application/vnd.dev.sigstore.bundle.v0.3+json', 'signature.cosign'],
    ['application/vnd.goharbor.harbor.sbom.v1', 'sbom.harbor'],
    ['application/vnd.example', 'subject.accessory'],
  ])('by subject: %s is %s', (artifactType, type) => {
    const link = { subjectDigest: subject.digest, type };
    expect(accessoryLink(image('application/vnd.oci.empty.v1+json', { artifactType, subject }), [])).toEqual(link);
    expect(accessoryLink(image(artifactType, { subject }), [])).toEqual(link);
  });

  it.each([
    [`sha256-${hex}.sig`, `sha256:${hex}`, 'signature.cosign'],
    [`sha256-${hex}.att`, `sha256:${hex}`, 'subject.accessory'],
    [`sha256-${hex}.sbom`, `sha256:${hex}`, 'subject.accessory'],
    [other.replace(':', '-') + '.sig', other, 'signature.cosign'],
  ])('by tag: %s', (tag, subjectDigest, type) => {
    expect(accessoryLink(image('a/b'), ['latest', tag])).toEqual({ subjectDigest, type });
  });

  it('takes the subject before the tag', () => {
    expect(accessoryLink(image('a/b', { subject }), [`sha256-${'c'.repeat(64)}.sig`])).toEqual({
      subjectDigest: subject.digest,
      type: 'subject.accessory',
    });
  });
});
