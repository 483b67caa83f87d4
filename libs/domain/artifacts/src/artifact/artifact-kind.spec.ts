import type { Descriptor, Manifest } from '@breakwater/kernel';
import fc from 'fast-check';
import { accessoryLink, artifactKind, configType, iconOf, isImageConfig } from './artifact-kind';

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
    ['application/vnd.cnab.manifest.v1', 'CNAB'],
    ['application/vnd.goharbor.harbor.sbom.v1', 'SBOM'],
    ['application/vnd.cnai.model.config.v1+json', 'CNAI'],
    ['application/vnd.cncf.model.config.v1+json', 'CNAI'],
    ['application/vnd.caicloud.model.config.v1alpha1+json', 'MODEL'],
    ['application/vnd.example.model.config.v1+json', 'MODEL'],
    ['application/vnd.example.model.config.v1.2+json', 'UNKNOWN'],
    ['application/vnd.example.model.config.v1', 'UNKNOWN'],
    ['application/vnd.example.model.config+json', 'UNKNOWN'],
    ['application/vnd.example..config.v1+json', 'UNKNOWN'],
    ['x-application/vnd.example.model.config.v1+json', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
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
    const bundle = (type: string) => index({ 'org.opencontainers.artifactType': type });
    expect(artifactKind(bundle('application/vnd.cnab.manifest.v1'))).toBe('CNAB');
    expect(artifactKind(bundle('application/vnd.example.stack.config.v1+json'))).toBe('STACK');
    expect(artifactKind(bundle('text/plain'))).toBe('UNKNOWN');
    expect(configType(bundle('application/vnd.cnab.manifest.v1'))).toBe('application/vnd.cnab.manifest.v1');
  });

  it.each([
    [{ 'module.wasm.image/variant': 'compat' }, 'WASM'],
    [{ 'run.oci.handler': 'wasm' }, 'WASM'],
    [{ 'run.oci.handler': 'crun' }, 'IMAGE'],
  ])('of an image with %j is %s', (annotations, kind) => {
    const marked = image('application/vnd.oci.image.config.v1+json', { annotations });
    expect(artifactKind(marked)).toBe(kind);
    expect(artifactKind({ ...marked, config: descriptor('application/vnd.cncf.helm.config.v1+json') })).toBe('CHART');
  });

  it('is the word between organisation and config, whatever it is', () => {
    const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    fc.assert(
      fc.property(word, fc.array(word, { minLength: 1, maxLength: 4 }), word, (org, words, version) => {
        const mediaType = `application/vnd.${org}.${words.join('.')}.config.${version}+json`;
        fc.pre(!['helm', 'model', 'oci', 'wasm'].some((known) => mediaType.includes(known)));
        expect(artifactKind(image(mediaType))).toBe(words.join('.').toUpperCase());
      }),
    );
  });

  it('is always one word that people can read, at most as long as the column', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600 }), fc.option(fc.string(), { nil: undefined }), (config, artifactType) => {
        const kind = artifactKind(image(config, artifactType === undefined ? {} : { artifactType }));
        expect(kind.length).toBeGreaterThan(0);
        expect(kind.length).toBeLessThanOrEqual(255);
        expect(kind).toBe(kind.toUpperCase());
      }),
    );
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

describe('iconOf', () => {
  it('is the layer that is marked so', () => {
    const marked = { ...descriptor('image/png'), annotations: { 'io.goharbor.artifact.v1alpha1.icon': '' } };
    expect(iconOf(image('a/b', { layers: [descriptor('c/d'), { ...marked, digest: 'sha256:icon' }] }))).toBe(
      'sha256:icon',
    );
    expect(iconOf(image('a/b', { layers: [descriptor('c/d')] }))).toBeNull();
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
