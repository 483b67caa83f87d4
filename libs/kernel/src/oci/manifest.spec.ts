import fc from 'fast-check';
import { AppError } from '../errors';
import { digestOf } from './digest';
import { parseManifest, referrerArtifactType, requiredBlobs } from './manifest';
import { mediaTypes } from './media-types';

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const FOREIGN_LAYER = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
const digest = (name: string) => digestOf(Buffer.from(name));
const layer = (name: string, mediaType = LAYER) => ({ mediaType, digest: digest(name), size: name.length });
const config = { mediaType: mediaTypes.ociConfig, digest: digest('config'), size: 6 };
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer('a'), layer('b')] };
const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [layer('m', mediaTypes.ociManifest)] };

const parse = (body: unknown, contentType?: string) => parseManifest(Buffer.from(JSON.stringify(body)), contentType);

function faultOf(body: unknown, contentType?: string): AppError {
  try {
    parse(body, contentType);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the manifest was accepted');
}

describe('parseManifest', () => {
  it('reads an image', () => {
    expect(parse({ ...image, annotations: { a: 'b' }, unknown: [1] }, mediaTypes.ociManifest)).toEqual({
      kind: 'image',
      mediaType: mediaTypes.ociManifest,
      config,
      layers: [layer('a'), layer('b')],
      manifests: [],
      annotations: { a: 'b' },
    });
  });

  it('reads an index, with what its descriptors say', () => {
    const child = {
      ...layer('m', mediaTypes.ociManifest),
      platform: { os: 'linux', architecture: 'amd64' },
      annotations: { x: 'y' },
      artifactType: 'application/x',
      urls: ['https://example.com/m'],
      data: 'bQ==',
    };
    const parsed = parse({ ...index, manifests: [child], subject: layer('s', mediaTypes.ociManifest) });
    expect(parsed).toMatchObject({ kind: 'index', layers: [], manifests: [child] });
    expect(parsed.subject).toEqual(layer('s', mediaTypes.ociManifest));
    expect(parsed.config).toBeUndefined();
  });

  it.each([mediaTypes.dockerManifest, mediaTypes.ociManifest])('reads an image of %s', (mediaType) => {
    expect(parse({ ...image, mediaType }, mediaType)).toMatchObject({ kind: 'image', mediaType });
  });

  it.each([mediaTypes.dockerList, mediaTypes.ociIndex])('reads an index of %s', (mediaType) => {
    expect(parse({ ...index, mediaType }, mediaType)).toMatchObject({ kind: 'index', mediaType });
  });

  it.each([mediaTypes.orasArtifact, mediaTypes.ociArtifact])('reads the blobs of %s as layers', (mediaType) => {
    const body = { mediaType, artifactType: 'application/x', blobs: [layer('a')], subject: layer('s') };
    expect(parse(body, mediaType)).toMatchObject({ kind: 'image', layers: [layer('a')], subject: layer('s') });
    expect(parse(body).config).toBeUndefined();
  });

  it('ignores parameters and case of the Content-Type', () => {
    expect(parse(image, 'Application/vnd.oci.image.manifest.v1+json; charset=utf-8').kind).toBe('image');
  });

  it('takes the type of an OCI body from the Content-Type when the body has none', () => {
    const { mediaType, ...body } = index;
    expect(parse(body, mediaType)).toMatchObject({ kind: 'index', mediaType });
  });

  it('takes null, empty and absent for the same', () => {
    const parsed = parse({
      ...image,
      layers: null,
      manifests: null,
      subject: null,
      annotations: null,
      artifactType: '',
    });
    expect(parsed).toEqual({ ...parse({ ...image, layers: [] }), annotations: {} });
    expect(parse({ ...index, manifests: null }).manifests).toEqual([]);
    expect(parse({ schemaVersion: 2, mediaType: mediaTypes.ociIndex }).manifests).toEqual([]);
  });

  it('keeps annotations whose names have a meaning in JavaScript', () => {
    const text = JSON.stringify(image).replace('{', '{"annotations":{"__proto__":"a","constructor":"b"},');
    const { annotations } = parseManifest(Buffer.from(text), undefined);
    expect(Object.entries(annotations)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('keeps nearly 4 MiB of annotations', () => {
    const annotations = Object.fromEntries(Array.from({ length: 3900 }, (_, i) => [`key${i}`, 'v'.repeat(1000)]));
    expect(parse({ ...image, annotations }).annotations).toEqual(annotations);
  });
});

describe('parseManifest refuses', () => {
  it.each<[string, unknown, string | undefined, string]>([
    ['another Content-Type', image, mediaTypes.ociIndex, 'mediaType'],
    ['an image that calls itself an index', { ...image, mediaType: mediaTypes.ociIndex }, undefined, 'config'],
    ['no type at all', { ...image, mediaType: undefined }, undefined, 'mediaType'],
    ['a type of nothing', { ...image, mediaType: 7 }, undefined, 'mediaType'],
    ['plain JSON', { ...image, mediaType: undefined }, 'application/json', 'mediaType'],
    [
      'a Docker image that does not name itself',
      { ...image, mediaType: undefined },
      mediaTypes.dockerManifest,
      'mediaType',
    ],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, mediaTypes.dockerSchema1, 'mediaType'],
    ['signed schema 1', { schemaVersion: 1, fsLayers: [] }, mediaTypes.dockerSchema1Signed, 'mediaType'],
    ['schema 1 under another type', { ...image, schemaVersion: 1 }, undefined, 'schemaVersion'],
    ['no schemaVersion', { ...image, schemaVersion: undefined }, undefined, 'schemaVersion'],
    ['schemaVersion as text', { ...image, schemaVersion: '2' }, undefined, 'schemaVersion'],
    ['layers and manifests', { ...image, manifests: [] }, undefined, 'manifests'],
    ['manifests and layers', { ...index, layers: [] }, undefined, 'layers'],
    ['manifests and a config', { ...index, config }, undefined, 'config'],
    ['layers and fsLayers', { ...image, fsLayers: [] }, undefined, 'fsLayers'],
    ['layers and Manifests', { ...image, Manifests: [] }, undefined, 'Manifests'],
    ['no config', { ...image, config: undefined }, undefined, 'config'],
    ['a list as config', { ...image, config: [] }, undefined, 'config'],
    ['layers that are no list', { ...image, layers: {} }, undefined, 'layers'],
    ['a layer that is nothing', { ...image, layers: [layer('a'), null] }, undefined, 'layers[1]'],
    [
      'a layer without a type',
      { ...image, layers: [{ ...layer('a'), mediaType: '' }] },
      undefined,
      'layers[0].mediaType',
    ],
    [
      'a child with a bad digest',
      { ...index, manifests: [{ ...layer('m'), digest: 'sha256:0' }] },
      undefined,
      'manifests[0].digest',
    ],
    ['a subject without a digest', { ...image, subject: { mediaType: 'a/b', size: 1 } }, undefined, 'subject.digest'],
    ['a subject that is text', { ...image, subject: digest('s') }, undefined, 'subject'],
    ['annotations as a list', { ...image, annotations: ['a'] }, undefined, 'annotations'],
    ['annotations with numbers', { ...image, annotations: { a: 1 } }, undefined, 'a value of annotations'],
    ['urls as text', { ...image, layers: [{ ...layer('a'), urls: 'x' }] }, undefined, 'layers[0].urls'],
    ['NUL in an annotation', { ...image, annotations: { a: '\0' } }, undefined, 'a value of annotations'],
    ['half a character in a key', { ...image, annotations: { '\ud800': 'a' } }, undefined, 'a key of annotations'],
    [
      'NUL in a platform',
      { ...index, manifests: [{ ...layer('m'), platform: { f: ['\0'] } }] },
      undefined,
      'a text of manifests[0].platform',
    ],
    ['a list', [image], undefined, 'the body'],
    ['null', null, mediaTypes.ociManifest, 'the body'],
  ])('%s', (_, body, contentType, where) => {
    const fault = faultOf(body, contentType);
    expect(fault).toMatchObject({ code: 'MANIFEST_INVALID', detail: { where } });
    expect(fault.message).toContain(where);
  });

  it.each([-1, 0.5, 2 ** 53, 1e300, '5', null, true, undefined])('a size of %p', (size) => {
    expect(faultOf({ ...image, layers: [{ ...layer('a'), size }] }).detail).toEqual({ where: 'layers[0].size' });
  });

  it('a size that JSON can write and a number cannot hold', () => {
    const text = JSON.stringify(image).replace('"size":6', '"size":9007199254740993');
    expect(() => parseManifest(Buffer.from(text), undefined)).toThrow('config.size must be a whole number');
  });

  it('JSON that is too deep, also in fields it does not read', () => {
    const deep = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
    expect(parse({ ...image, x: deep(63) }).kind).toBe('image');
    expect(faultOf({ ...image, x: deep(64) }).message).toContain('nested deeper than 64 levels');
  });

  it('more than 10 000 descriptors', () => {
    expect(parse({ ...image, layers: Array(10_000).fill(layer('a')) }).layers).toHaveLength(10_000);
    expect(faultOf({ ...image, layers: Array(10_001).fill(layer('a')) }).detail).toEqual({ where: 'layers' });
  });

  it.each([
    ['nothing', ''],
    ['half a body', '{"schemaVersion":2'],
    ['text', 'hello'],
    ['invalid UTF-8', '\xff'],
  ])('%s', (_, text) => {
    expect(() => parseManifest(Buffer.from(text, 'latin1'), mediaTypes.ociManifest)).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID', message: expect.stringContaining('the body is not JSON') }),
    );
  });

  it.each<[string, object, string]>([
    ['layers', { layers: Array(1_300_000).fill({}) }, 'layers'],
    ['urls', { layers: [{ ...layer('a'), urls: Array(2_000_000).fill(1) }] }, 'an item of layers[0].urls'],
    ['annotations', { annotations: { ...Array(300_000).fill(1) } }, 'a value of annotations'],
  ])('four megabytes of faults in %s at the first', (_, fields, where) => {
    expect(faultOf({ ...image, ...fields }).detail).toEqual({ where });
  });
});

describe('parseManifest on anything', () => {
  const types = fc.option(fc.constantFrom(...Object.values(mediaTypes)), { nil: undefined });
  const field = fc.constantFrom(
    'schemaVersion',
    'mediaType',
    'config',
    'layers',
    'blobs',
    'manifests',
    'subject',
    'annotations',
    'artifactType',
  );
  const bases = fc.constantFrom<Record<string, unknown>>(image, index, { ...image, mediaType: undefined });

  function acceptsOrRefuses(bytes: Buffer, contentType: string | undefined): void {
    try {
      const manifest = parseManifest(bytes, contentType);
      expect(manifest.layers).toBeInstanceOf(Array);
      requiredBlobs(manifest).forEach((blob) => expect(blob.size).toBeGreaterThanOrEqual(0));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).toBe('MANIFEST_INVALID');
      expect(error.message.length).toBeLessThan(2000);
    }
  }

  it('throws nothing but MANIFEST_INVALID for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), types, (bytes, type) => acceptsOrRefuses(Buffer.from(bytes), type)));
  });

  it('throws nothing but MANIFEST_INVALID for any JSON', () => {
    fc.assert(fc.property(fc.json(), types, (json, type) => acceptsOrRefuses(Buffer.from(json), type)));
  });

  it('throws nothing but MANIFEST_INVALID for a manifest with any one field replaced', () => {
    fc.assert(
      fc.property(bases, field, fc.jsonValue(), types, (base, name, value, type) =>
        acceptsOrRefuses(Buffer.from(JSON.stringify({ ...base, [name]: value })), type),
      ),
      { numRuns: 1000 },
    );
  });

  it('throws nothing but MANIFEST_INVALID for a descriptor with any one field replaced', () => {
    const inner = fc.constantFrom(
      'mediaType',
      'digest',
      'size',
      'annotations',
      'platform',
      'urls',
      'data',
      'artifactType',
    );
    fc.assert(
      fc.property(inner, fc.jsonValue(), (name, value) =>
        acceptsOrRefuses(
          Buffer.from(JSON.stringify({ ...image, layers: [{ ...layer('a'), [name]: value }] })),
          undefined,
        ),
      ),
      { numRuns: 1000 },
    );
  });

  it('gives back every good descriptor', () => {
    const descriptor = fc.record(
      {
        mediaType: fc.stringMatching(/^[a-z]+\/[a-z.+]+$/),
        digest: fc.string().map(digest),
        size: fc.maxSafeNat(),
        artifactType: fc.stringMatching(/^[a-z]+\/[a-z.+]+$/),
        annotations: fc.dictionary(
          fc.stringMatching(/^[a-z.]+$/),
          fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        ),
        urls: fc.array(fc.webUrl()),
      },
      { requiredKeys: ['mediaType', 'digest', 'size'] },
    );
    fc.assert(
      fc.property(fc.array(descriptor), (layers) => {
        expect(parse({ ...image, layers }).layers).toEqual(layers);
      }),
    );
  });
});

describe('requiredBlobs', () => {
  it('is config and layers, each once', () => {
    expect(requiredBlobs(parse({ ...image, layers: [layer('a'), layer('b'), layer('a'), config] }))).toEqual([
      config,
      layer('a'),
      layer('b'),
    ]);
  });

  it('leaves out what clients fetch elsewhere', () => {
    const remote = { ...layer('r'), urls: ['https://example.com/r'] };
    const local = { ...layer('l'), urls: [] };
    expect(requiredBlobs(parse({ ...image, layers: [layer('f', FOREIGN_LAYER), remote, local] }))).toEqual([
      config,
      local,
    ]);
  });

  it('is empty for an index, and does not have the subject', () => {
    expect(requiredBlobs(parse({ ...index, subject: layer('s') }))).toEqual([]);
  });
});

describe('referrerArtifactType', () => {
  it('is the type of the manifest, else that of an image config', () => {
    expect(referrerArtifactType(parse({ ...image, artifactType: 'application/x' }))).toBe('application/x');
    expect(referrerArtifactType(parse(image))).toBe(mediaTypes.ociConfig);
    expect(referrerArtifactType(parse({ ...index, artifactType: 'application/x' }))).toBe('application/x');
    expect(referrerArtifactType(parse(index))).toBeUndefined();
  });
});
