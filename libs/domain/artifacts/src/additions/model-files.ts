import type { Descriptor } from '@breakwater/kernel';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { jsonBytes, maxTextBytes, type AdditionSource } from './addition-source';
import type { AdditionContents } from './additions.repository';
import { unreadable } from './addition-errors';
import { asUnreadable, filesOfTar } from './tar-files';

/* Model artifacts (the CNCF's model specification): every layer says which file or folder it holds. */

const docTypes = /^application\/vnd\.(?:cnai|cncf)\.model\.doc\.v1\.(raw|tar|tar\+gzip)$/;
const limits = { maxBytes: 2 * maxTextBytes, maxFileBytes: maxTextBytes };

const names = {
  'readme.md': new Set(['readme', 'readme.md']),
  license: new Set(['license', 'license.txt']),
} as const;

interface ModelFile {
  name: string;
  type: 'file' | 'directory';
  size?: number;
  children?: ModelFile[];
}

/** The files that the manifest tells of; it needs no blob. */
export function readModelFiles({ manifest }: AdditionSource): AdditionContents {
  return new Map([['files', jsonBytes(fileTree(manifest.layers))]]);
}

/** Null: the model does not have it. */
export async function readModelText(source: AdditionSource, name: keyof typeof names): Promise<AdditionContents> {
  const layer = source.manifest.layers.find(
    (candidate) => docTypes.test(candidate.mediaType) && names[name].has(filepathOf(candidate).toLowerCase()),
  );
  return new Map([[name, layer ? await content(source, layer, names[name]) : null]]);
}

async function content(
  { open }: AdditionSource,
  layer: Descriptor,
  wanted: ReadonlySet<string>,
): Promise<Buffer | null> {
  const form = docTypes.exec(layer.mediaType)?.[1];
  const bytes = await open(layer, maxTextBytes);
  if (form === 'raw') return Buffer.concat(await bytes.toArray());
  const archive = form === 'tar' ? new PassThrough() : createGunzip();
  const fed = pipeline(bytes, archive).catch(() => undefined);
  try {
    const find = (path: string) => (wanted.has((path.split('/').at(-1) ?? '').toLowerCase()) ? 'text' : undefined);
    return (await filesOfTar(archive, find, limits)).get('text') ?? null;
  } catch (error) {
    throw asUnreadable(error);
  } finally {
    archive.destroy();
    await fed;
  }
}

function filepathOf({ annotations = {} }: Descriptor): string {
  return annotations['org.cncf.model.filepath'] ?? annotations['org.cnai.model.filepath'] ?? '';
}

/** By name; a number is the size of a file. */
type Folder = Map<string, Folder | number>;

const maxDepth = 64;

/** Folders first, then by name; a path that ends with a slash is a folder. Of two with one name the first counts. */
function fileTree(layers: readonly Descriptor[]): ModelFile[] {
  const root: Folder = new Map();
  for (const layer of layers) {
    const path = filepathOf(layer);
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length > maxDepth) throw unreadable('a path of the model has too many folders');
    const name = path.endsWith('/') ? undefined : parts.pop();
    const folder = parts.reduce<Folder | undefined>(folderIn, root);
    if (folder && name !== undefined && !folder.has(name)) folder.set(name, layer.size);
  }
  return listed(root);
}

/** Undefined: a file has that name. */
function folderIn(parent: Folder | undefined, name: string): Folder | undefined {
  const there = parent?.get(name);
  if (there !== undefined) return typeof there === 'number' ? undefined : there;
  const made: Folder = new Map();
  parent?.set(name, made);
  return parent && made;
}

function listed(folder: Folder): ModelFile[] {
  const entries = [...folder].sort(([a], [b]) => (a < b ? -1 : 1));
  const folders = entries.flatMap(([name, item]) =>
    typeof item === 'number' ? [] : [{ name, type: 'directory' as const, children: listed(item) }],
  );
  const files = entries.flatMap(([name, size]) =>
    typeof size === 'number' ? [{ name, type: 'file' as const, size }] : [],
  );
  return [...folders, ...files];
}
