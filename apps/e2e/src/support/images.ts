import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Descriptor, MediaType, sha256 } from './registry';

const BLOCK = 512;

/** A tar archive (POSIX ustar) of regular files; names up to 100 characters. */
export function tarOf(files: Record<string, Buffer | string>): Buffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const data = Buffer.from(content);
    return [tarHeader(name, data.length), data, Buffer.alloc(-data.length & (BLOCK - 1))];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  return header;
}

/** A layer that no registry has seen before: a greeting and random bytes. */
export function uniqueLayer(bytes = 64 * 1024): Buffer {
  return tarOf({ 'hello.txt': 'hello from the pier\n', 'unique.bin': randomBytes(bytes) });
}

interface Platformed extends Descriptor {
  platform?: { architecture: string; os: string };
  annotations?: Record<string, string>;
}

export interface Layout {
  folder: string;
  /** Digest of the manifest or index that `tag` names. */
  digest: string;
}

/** Writes an OCI image layout with one tagged image of two layers. */
export function writeLayout(folder: string, tag: string): Layout {
  const store = openStore(folder);
  const top = image(store, 'amd64');
  return finish(store, { ...top, annotations: { 'org.opencontainers.image.ref.name': tag } });
}

/** The same with an index of two architectures. */
export function writeIndexLayout(folder: string, tag: string): Layout {
  const store = openStore(folder);
  const manifests = ['amd64', 'arm64'].map((architecture) => ({
    ...image(store, architecture),
    platform: { architecture, os: 'linux' },
  }));
  const top = store.json({ schemaVersion: 2, mediaType: MediaType.index, manifests }, MediaType.index);
  return finish(store, { ...top, annotations: { 'org.opencontainers.image.ref.name': tag } });
}

interface Store {
  folder: string;
  blob(bytes: Buffer, mediaType: string): Descriptor;
  json(value: object, mediaType: string): Descriptor;
}

function openStore(folder: string): Store {
  const blobs = join(folder, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = (bytes: Buffer, mediaType: string): Descriptor => {
    const digest = sha256(bytes);
    writeFileSync(join(blobs, digest.slice('sha256:'.length)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  return { folder, blob, json: (value, mediaType) => blob(Buffer.from(JSON.stringify(value)), mediaType) };
}

function image(store: Store, architecture: string): Descriptor {
  const archives = [uniqueLayer(), tarOf({ 'etc/architecture': architecture })];
  const layers = archives.map((archive) => store.blob(gzipSync(archive), `${MediaType.layer}+gzip`));
  const rootfs = { type: 'layers', diff_ids: archives.map(sha256) };
  const config = store.json({ architecture, os: 'linux', config: {}, rootfs, history: [] }, MediaType.config);
  return store.json({ schemaVersion: 2, mediaType: MediaType.manifest, config, layers }, MediaType.manifest);
}

function finish(store: Store, top: Platformed): Layout {
  writeFileSync(join(store.folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const index = { schemaVersion: 2, mediaType: MediaType.index, manifests: [top] };
  writeFileSync(join(store.folder, 'index.json'), JSON.stringify(index));
  return { folder: store.folder, digest: top.digest };
}
