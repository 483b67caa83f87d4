import { digestOf, parseManifest, type Descriptor } from '@breakwater/kernel';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { tooLarge } from './addition-errors';
import { additionsOf } from './addition-catalogue';
import type { AdditionSource } from './addition-source';
import type { AdditionContents } from './additions.repository';
import { readBuildHistory } from './build-history';
import { readChart } from './chart-files';
import { readModelFiles, readModelText } from './model-files';
import { tarOf, type TarEntry } from './tar.suite';

interface Layer {
  mediaType: string;
  content?: Buffer | string;
  annotations?: Record<string, string>;
  size?: number;
}

/** An artifact of a config and layers, as its manifest was pushed. */
function artifact(config: Layer, layers: Layer[]): AdditionSource {
  const blobs = new Map<string, Buffer>();
  const descriptor = ({ mediaType, content = '', annotations, size }: Layer): Descriptor => {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: size ?? bytes.length, ...(annotations && { annotations }) };
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const body = { schemaVersion: 2, mediaType, config: descriptor(config), layers: layers.map(descriptor) };
  return {
    manifest: parseManifest(Buffer.from(JSON.stringify(body)), mediaType),
    open: async ({ digest, size }, maxBytes) => {
      if (size > maxBytes) throw tooLarge();
      return Readable.from([blobs.get(digest)!]);
    },
  };
}

const text = (contents: AdditionContents) =>
  Object.fromEntries([...contents].map(([name, bytes]) => [name, bytes?.toString() ?? null]));

describe('the history of an image', () => {
  const image = (content: string) => artifact({ mediaType: 'application/vnd.oci.image.config.v1+json', content }, []);
  const history = [{ created: '2026-01-01T00:00:00Z', created_by: 'COPY . .' }, { empty_layer: true }];

  it.each([
    [JSON.stringify({ os: 'linux', history }), JSON.stringify(history)],
    ['{"os":"linux"}', '[]'],
    ['{"history":"x"}', '[]'],
    ['nonsense', '[]'],
  ])('of %s is %s', async (config, expected) => {
    expect(text(await readBuildHistory(image(config)))).toEqual({ build_history: expected });
  });
});

describe('a chart', () => {
  const config = { name: 'app', version: '1.0.0', dependencies: [{ name: 'db', version: '2', repository: 'oci://x' }] };
  const chart = (entries: TarEntry[], archive: Buffer = gzipSync(tarOf(entries))) =>
    artifact({ mediaType: 'application/vnd.cncf.helm.config.v1+json', content: JSON.stringify(config) }, [
      { mediaType: 'application/vnd.cncf.helm.chart.provenance.v1.prov', content: 'signed' },
      { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', content: archive },
    ]);

  it('tells its values, its readme and what it depends on', async () => {
    const files: TarEntry[] = [
      { name: 'app/charts/db/values.yaml', content: 'not: mine' },
      { name: 'app/Chart.yaml', content: 'name: app' },
      { name: './app/values.yaml', content: 'replicas: 1' },
      { name: 'app/README.md', content: '# app' },
    ];
    expect(text(await readChart(chart(files)))).toEqual({
      'values.yaml': 'replicas: 1',
      'readme.md': '# app',
      dependencies: JSON.stringify(config.dependencies),
    });
  });

  it('without them has empty ones', async () => {
    expect(text(await readChart(chart([])))).toMatchObject({ 'values.yaml': '', 'readme.md': '' });
  });

  it.each([
    ['is no archive', Buffer.from('text')],
    ['is not packed', tarOf([{ name: 'app/values.yaml' }])],
    ['breaks off', gzipSync(tarOf([{ name: 'app/values.yaml', content: 'x'.repeat(9_999) }])).subarray(0, 40)],
  ])('whose content %s is refused', async (_what, archive) => {
    await expect(readChart(chart([], archive))).rejects.toMatchObject({ code: 'UNPROCESSABLE_ENTITY' });
  });

  it('that unpacks to far more than it is is refused', async () => {
    const bomb = gzipSync(tarOf([{ name: 'app/large', content: Buffer.alloc(101 * 1024 * 1024) }]));
    expect(bomb.length).toBeLessThan(200_000);
    await expect(readChart(chart([], bomb))).rejects.toMatchObject({ reason: 'addition.too-large' });
  });

  it('without content, or with too much, is refused', async () => {
    const helm = { mediaType: 'application/vnd.cncf.helm.config.v1+json', content: '{}' };
    await expect(readChart(artifact(helm, []))).rejects.toMatchObject({ code: 'UNPROCESSABLE_ENTITY' });
    const large = { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', size: 30_000_000 };
    await expect(readChart(artifact(helm, [large]))).rejects.toMatchObject({ reason: 'addition.too-large' });
  });
});

describe('a model', () => {
  const config = { mediaType: 'application/vnd.cncf.model.config.v1+json', content: '{}' };
  const doc = (form: string, filepath: string, content: Buffer | string, org = 'cncf'): Layer => ({
    mediaType: `application/vnd.${org}.model.doc.v1.${form}`,
    content,
    annotations: { [`org.${org}.model.filepath`]: filepath },
  });
  const readme = tarOf([{ name: 'README.md', content: '# model' }]);

  it.each([
    ['tar', readme, 'cncf'],
    ['tar', readme, 'cnai'],
    ['tar+gzip', gzipSync(readme), 'cncf'],
    ['raw', '# model', 'cncf'],
  ])('has a readme as %s', async (form, content, org) => {
    const model = artifact(config, [doc(form, 'LICENSE', 'MIT', org), doc(form, 'README.md', content, org)]);
    expect(text(await readModelText(model, 'readme.md'))).toEqual({ 'readme.md': '# model' });
  });

  it('has a licence, or none', async () => {
    const licensed = artifact(config, [doc('raw', 'LICENSE.txt', 'MIT')]);
    expect(text(await readModelText(licensed, 'license'))).toEqual({ license: 'MIT' });
    expect(text(await readModelText(licensed, 'readme.md'))).toEqual({ 'readme.md': null });
    expect(text(await readModelText(artifact(config, [doc('tar', 'README', tarOf([]))]), 'readme.md'))).toEqual({
      'readme.md': null,
    });
  });

  it('lists its files, folders first', () => {
    const layer = (filepath: string, size: number): Layer => ({ ...doc('raw', filepath, ''), size });
    const layers = [
      layer('b.txt', 2),
      layer('src/z.py', 3),
      layer('a.txt', 1),
      layer('src/lib/', 9),
      layer('b.txt', 7),
    ];
    const odd = [layer('', 1), layer('/', 1), layer('b.txt/below', 1), layer('__proto__/x', 4), layer('./c//d', 5)];
    const found = text(readModelFiles(artifact(config, [...layers, ...odd]))).files;
    expect(JSON.parse(found!)).toEqual([
      { name: '__proto__', type: 'directory', children: [{ name: 'x', type: 'file', size: 4 }] },
      { name: 'c', type: 'directory', children: [{ name: 'd', type: 'file', size: 5 }] },
      {
        name: 'src',
        type: 'directory',
        children: [
          { name: 'lib', type: 'directory', children: [] },
          { name: 'z.py', type: 'file', size: 3 },
        ],
      },
      { name: 'a.txt', type: 'file', size: 1 },
      { name: 'b.txt', type: 'file', size: 2 },
    ]);
  });

  it('with endless folders is refused', () => {
    const deep = { ...doc('raw', 'a/'.repeat(70), ''), size: 1 };
    expect(() => readModelFiles(artifact(config, [deep]))).toThrow(
      expect.objectContaining({ code: 'UNPROCESSABLE_ENTITY' }),
    );
  });
});

describe('additionsOf', () => {
  const manifest = 'application/vnd.oci.image.manifest.v1+json';

  it.each([
    ['IMAGE', manifest, ['build_history']],
    ['IMAGE', 'application/vnd.oci.image.index.v1+json', []],
    ['IMAGE', 'application/vnd.docker.distribution.manifest.list.v2+json', []],
    ['CHART', manifest, ['values.yaml', 'readme.md', 'dependencies']],
    ['CNAI', manifest, ['readme.md', 'license', 'files']],
    ['WASM', manifest, ['build_history']],
    ['SBOM', manifest, []],
    ['UNKNOWN', manifest, []],
    ['constructor', manifest, []],
  ])('of %s as %s', (type, manifestMediaType, names) => {
    expect(additionsOf({ type, manifestMediaType })).toEqual(names);
  });
});
