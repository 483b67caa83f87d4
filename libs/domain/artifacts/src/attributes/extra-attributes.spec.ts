import type { Descriptor, Manifest } from '@breakwater/kernel';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { bundleConfig, readBundleAttributes, readExtraAttributes } from './extra-attributes';

const imageConfig = 'application/vnd.oci.image.config.v1+json';
const chartConfig = 'application/vnd.cncf.helm.config.v1+json';

function manifest(mediaType: string, extra: Partial<Manifest> = {}, config: Partial<Descriptor> = {}): Manifest {
  return {
    kind: 'image',
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType, digest: 'sha256:x', size: 2, ...config },
    layers: [],
    manifests: [],
    annotations: {},
    ...extra,
  };
}

const read = (text: string | Buffer, from: Manifest = manifest(imageConfig)) =>
  readExtraAttributes(from, () => Promise.resolve(Readable.from([Buffer.from(text)])));

describe('the attributes of an image', () => {
  it('are what the API shows of its config', async () => {
    const config = {
      architecture: 'arm64',
      os: 'linux',
      variant: 'v8',
      author: null,
      history: [],
      rootfs: {},
      config: { Cmd: ['sh'] },
    };
    expect(await read(JSON.stringify(config))).toEqual({
      architecture: 'arm64',
      os: 'linux',
      variant: 'v8',
      config: { Cmd: ['sh'] },
    });
  });

  it.each([
    [{ author: 'Ada', config: { Labels: { maintainer: 'Bob' } } }, 'Ada'],
    [{ config: { Labels: { maintainer: 'Bob', 'org.opencontainers.image.authors': 'Cleo' } } }, 'Cleo'],
    [{ author: '', config: { Labels: { maintainer: 'Bob' } } }, 'Bob'],
    [{ config: { Labels: { maintainer: 7 } } }, undefined],
    [{ config: { Labels: null } }, undefined],
    [{ config: null }, undefined],
  ])('name the author, from a label if need be: %j', async (config, author) => {
    expect((await read(JSON.stringify(config))).author).toBe(author);
  });

  it.each(['', 'text', '[]', 'null', '1', '"a"', '{"author":', `{"author":${'['.repeat(40)}${']'.repeat(40)}}`])(
    'are none for %s',
    async (text) => {
      expect(await read(text)).toEqual({});
    },
  );

  it.each(['\\u0000', '\\ud800', '\\udfff x'])('leave out what the database cannot hold: %s', async (escape) => {
    expect(await read(`{"author":"a${escape}b"}`)).toEqual({});
    expect(await read(`{"config":{"a${escape}":1}}`)).toEqual({});
    expect(await read(`{"other":"${escape}","os":"linux"}`)).toEqual({ os: 'linux' });
  });

  it('keep characters beyond the basic plane', async () => {
    expect(await read('{"author":"\\ud83d\\ude00"}')).toEqual({ author: '\u{1f600}' });
  });

  it('are not read from what says that it is large', async () => {
    const open = jest.fn();
    expect(await readExtraAttributes(manifest(imageConfig, {}, { size: 2_000_000 }), open)).toEqual({});
    expect(open).not.toHaveBeenCalled();
  });

  it('are not read on from what lied about its size', async () => {
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc((sent += 65_536) && 65_536, ' ');
      })(),
    );
    expect(await readExtraAttributes(manifest(imageConfig), () => Promise.resolve(endless))).toEqual({});
    expect(sent).toBeLessThan(4_000_000);
    expect(endless.destroyed).toBe(true);
  });
});

describe('the attributes of others', () => {
  it('are the whole config of a chart, or of any named kind', async () => {
    const chart = { name: 'app', version: '1.0.0', dependencies: [{ name: 'db' }] };
    expect(await read(JSON.stringify(chart), manifest(chartConfig))).toEqual(chart);
    const named = manifest('application/vnd.example.thing.config.v1+json');
    expect(await read('{"a":{"b":1}}', named)).toEqual({ a: { b: 1 } });
  });

  it('leave out what the manifest says is not to be shown', async () => {
    const annotations = { 'io.goharbor.artifact.v1alpha1.skip-list': 'metrics,git' };
    const model = manifest('application/vnd.example.model.config.v1+json', {}, { annotations });
    expect(await read('{"metrics":1,"git":2,"name":"m"}', model)).toEqual({ name: 'm' });
  });

  it.each(['application/octet-stream', 'application/vnd.oci.empty.v1+json'])(
    'are none for the config %s',
    async (type) => {
      expect(await read('{"a":1}', manifest(type))).toEqual({});
    },
  );

  it('are none when they would make every list large', async () => {
    expect(await read(JSON.stringify({ values: 'x'.repeat(70_000) }), manifest(chartConfig))).toEqual({});
  });

  it('of WebAssembly come from the manifest', async () => {
    const layer = { mediaType: 'application/vnd.wasm.content.layer.v1+wasm', digest: 'sha256:y', size: 1 };
    const titled = { ...layer, annotations: { 'org.opencontainers.image.title': 'app.wasm' } };
    expect(await read('{}', manifest('application/vnd.wasm.config.v1+json', { layers: [titled] }))).toEqual({
      'manifest.config.mediaType': 'application/vnd.wasm.config.v1+json',
      'manifest.layers.mediaType': layer.mediaType,
      'org.opencontainers.image.title': 'app.wasm',
    });
    const marked = manifest(imageConfig, { layers: [layer], annotations: { 'run.oci.handler': 'wasm' } });
    expect(await read('{"os":"wasip1"}', marked)).toEqual({ os: 'wasip1', 'manifest.config.mediaType': imageConfig });
  });

  it('of a bundle are the config of the child that says so', async () => {
    const child = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: 'sha256:c', size: 1 };
    const marked = { ...child, digest: 'sha256:d', annotations: { 'io.cnab.manifest.type': 'config' } };
    const index = { ...manifest(''), kind: 'index' as const, config: undefined };
    expect(bundleConfig({ ...index, manifests: [child, marked] })).toBe('sha256:d');
    expect(bundleConfig({ ...index, manifests: [child] })).toBeUndefined();
    const open = () => Promise.resolve(Readable.from([Buffer.from('{"name":"bundle"}')]));
    const config = manifest('application/vnd.cnab.config.v1+json');
    expect(await readBundleAttributes(config, open)).toEqual({ name: 'bundle' });
    expect(await readBundleAttributes({ ...config, config: undefined }, open)).toEqual({});
  });

  it('are always something that jsonb can hold, whatever the config is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 3 }), fc.constantFrom(imageConfig, chartConfig), async (text, type) => {
        const attributes = await read(text, manifest(type));
        expect(JSON.stringify(attributes)).not.toMatch(/\\u0000/);
        expect(Object.prototype.toString.call(attributes)).toBe('[object Object]');
      }),
      { numRuns: 200 },
    );
  });
});
