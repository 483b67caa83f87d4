import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { jsonBytes, maxTextBytes, type AdditionSource } from './addition-source';
import type { AdditionContents } from './additions.repository';
import { configOf } from './build-history';
import { unreadable } from './addition-errors';
import { asUnreadable, filesOfTar } from './tar-files';

/** Helm itself reads no larger charts. */
const maxChartBytes = 20 * 1024 * 1024;
const limits = { maxBytes: 100 * 1024 * 1024, maxFileBytes: maxTextBytes };

const shown = new Set(['values.yaml', 'readme.md']);
const nothing = Buffer.alloc(0);

/** A chart's values and readme, empty where it has none, and what it depends on: that its config tells as well. */
export async function readChart(source: AdditionSource): Promise<AdditionContents> {
  const [{ dependencies }, files] = [await configOf(source), await chartFiles(source)];
  return new Map([
    ['values.yaml', files.get('values.yaml') ?? nothing],
    ['readme.md', files.get('readme.md') ?? nothing],
    ['dependencies', jsonBytes(Array.isArray(dependencies) ? dependencies : [])],
  ]);
}

async function chartFiles({ manifest, open }: AdditionSource): Promise<Map<string, Buffer>> {
  const { layers, config } = manifest;
  // The other layer, if there is one, is the provenance file.
  const layer =
    layers.find(({ mediaType }) => mediaType.startsWith('application/vnd.cncf.helm.chart.content')) ??
    layers.find(({ digest }) => digest !== config?.digest);
  if (!layer) throw unreadable('the chart has no content');
  const archive = await open(layer, maxChartBytes);
  const unpacked = createGunzip();
  const fed = pipeline(archive, unpacked).catch(() => undefined);
  try {
    return await filesOfTar(unpacked, chartFile, limits);
  } catch (error) {
    throw asUnreadable(error);
  } finally {
    unpacked.destroy();
    await fed;
  }
}

/** `<chart>/values.yaml`; those of the charts within it lie deeper. */
function chartFile(path: string): string | undefined {
  const [, name = '', ...deeper] = path.replace(/^(?:\.\/)+/, '').split('/');
  return deeper.length === 0 && shown.has(name.toLowerCase()) ? name.toLowerCase() : undefined;
}
