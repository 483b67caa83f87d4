import { mediaTypes, type Descriptor, type Manifest } from '@breakwater/kernel';
import { isEvidenceTag, needsNoSignature } from './evidence-tags';

const hex = 'ab'.repeat(32);
const [bare, signature] = [`sha256-${hex}`, `sha256-${hex}.sig`];
const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json';
const layer = 'application/vnd.oci.image.layer.v1.tar+gzip';

const descriptor = (mediaType: string, more: Partial<Descriptor> = {}): Descriptor => ({
  ...{ mediaType, digest: `sha256:${hex}`, size: 1 },
  ...more,
});
const image = (layers: readonly string[], more: Partial<Manifest> = {}): Manifest => ({
  kind: 'image',
  mediaType: mediaTypes.ociManifest,
  config: descriptor(mediaTypes.ociConfig),
  layers: layers.map((type) => descriptor(type)),
  manifests: [],
  annotations: {},
  ...more,
});
/** As clients without the referrers API keep it; what a descriptor says of itself proves nothing. */
const listOf = (count: number): Manifest => ({
  kind: 'index',
  mediaType: mediaTypes.ociIndex,
  layers: [],
  manifests: Array.from({ length: count }, () =>
    descriptor(mediaTypes.ociManifest, { artifactType: 'application/vnd.cncf.notary.signature' }),
  ),
  annotations: {},
});

describe('the tags', () => {
  it.each([bare, signature, `sha256-${hex}.att`, `sha256-${hex}.sbom`, `sha512-${hex}`])('%s', (tag) => {
    expect(isEvidenceTag(tag)).toBe(true);
    expect(needsNoSignature(tag, image([simpleSigning]), [])).toBe(true);
  });

  it.each([
    'v1',
    'latest',
    'sha256-abc.sig',
    `sha256-${hex}.sig2`,
    `x-sha256-${hex}.sig`,
    `sha256-${hex.toUpperCase()}`,
    `sha256-${hex}.v1`,
    `sha256-${hex}sig`,
  ])('not %s', (tag) => {
    expect(isEvidenceTag(tag)).toBe(false);
    expect(needsNoSignature(tag, image([simpleSigning]), [])).toBe(false);
  });
});

describe('under such a tag', () => {
  it.each<[string, Manifest]>([
    ['an image', image([layer])],
    ['an image that calls itself a signature', image([layer], { artifactType: simpleSigning })],
    ['an image that is about another', image([layer], { subject: descriptor(mediaTypes.ociManifest) })],
    ['an image with a signature among its layers', image([simpleSigning, layer])],
    ['an image of Docker', image(['application/vnd.docker.image.rootfs.diff.tar.gzip'])],
    ['a layer fetched elsewhere', image(['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'])],
    ['a WebAssembly module', image(['application/wasm'])],
    ['a chart', image(['application/vnd.cncf.helm.chart.content.v1.tar+gzip'])],
    ['what nobody knows', image(['application/octet-stream'])],
    ['an image without layers', image([])],
  ])('%s needs a signature', (_what, manifest) => {
    expect(needsNoSignature(signature, manifest, [])).toBe(false);
    // Nor does a list make it harmless.
    expect(needsNoSignature(bare, listOf(2), [image([simpleSigning]), manifest])).toBe(false);
  });

  it.each([
    ['by Cosign', image([simpleSigning, simpleSigning])],
    ['as a bundle', image(['application/vnd.dev.sigstore.bundle.v0.3+json'])],
    ['an attestation', image(['application/vnd.dsse.envelope.v1+json'])],
    ['by Notation', image(['application/jose+json'], { config: descriptor('application/vnd.cncf.notary.signature') })],
    ['a list of ingredients', image(['application/spdx+json'])],
  ])('a signature %s needs none, nor a list of them', (_what, manifest) => {
    expect(needsNoSignature(signature, manifest, [])).toBe(true);
    expect(needsNoSignature(bare, listOf(1), [manifest])).toBe(true);
  });

  it('a list is known by what it lists', () => {
    expect(needsNoSignature(bare, listOf(0), [])).toBe(true);
    expect(needsNoSignature(bare, listOf(1), [undefined])).toBe(false);
    expect(needsNoSignature(bare, listOf(2), [image([simpleSigning])])).toBe(false);
    expect(needsNoSignature(bare, listOf(1), [listOf(0)])).toBe(false);
    expect(needsNoSignature(bare, listOf(1_001), Array<Manifest>(1_001).fill(image([simpleSigning])))).toBe(false);
  });

  it('nothing to run gets through, wherever it hides', () => {
    const harmless = [simpleSigning, 'application/jose+json', 'application/cose', 'application/vnd.in-toto+json'];
    const toRun = [
      layer,
      'application/vnd.oci.image.layer.v1.tar',
      'application/x-tar',
      'application/vnd.oci.image.layer.v1.tar+zstd',
    ];
    let state = 1;
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const some = <T>(from: readonly T[]): T => from[random(from.length)]!;
    for (let round = 0; round < 2_000; round++) {
      const layers = Array.from({ length: 1 + random(4) }, () => (random(3) === 0 ? some(toRun) : some(harmless)));
      const more = random(2) === 0 ? { artifactType: some(harmless) } : { subject: descriptor(mediaTypes.ociManifest) };
      const manifest = image(layers, more);
      const runs = layers.some((type) => toRun.includes(type));
      expect(needsNoSignature(signature, manifest, [])).toBe(!runs);
      const beside = Array.from({ length: random(3) }, () => image([some(harmless)]));
      beside.splice(random(beside.length + 1), 0, manifest);
      expect(needsNoSignature(bare, listOf(beside.length), beside)).toBe(!runs);
    }
  });
});
