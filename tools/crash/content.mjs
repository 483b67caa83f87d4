// Images made of nothing but a seed: the same name gives the same bytes.
import { createHash } from 'node:crypto';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** Weight, smallest and largest size in bytes. Most are small, so that many pushes are under way at once. */
const SIZES = [
  [16, [1_000, 20_000]],
  [5, [50_000, 400_000]],
  [1, [700_000, 2_000_000]],
];
/** Layers that many images share: several clients push the same bytes at the same time. */
const SHARED_LAYERS = 12;
const SHARED_BYTES = 120_000;
const MOST_LAYERS = 3;

export const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const bytesOf = (name, length) => createHash('shake256', { outputLength: length }).update(name).digest();

/**
 * @param {import('../fuzz/random.mjs').Random} random decides about sizes
 * @param {string} name
 * @returns {{ blobs: Buffer[], manifest: Buffer, mediaType: string }} blobs: layers, then the config
 */
export function makeImage(random, name) {
  const layers = Array.from({ length: random.int(1, MOST_LAYERS) }, (_, index) => {
    if (random.chance(0.2)) return bytesOf(`shared ${random.int(1, SHARED_LAYERS)}`, SHARED_BYTES);
    return bytesOf(`${name} layer ${index}`, random.int(...random.weighted(SIZES)));
  });
  const diffIds = layers.map(sha256);
  const config = json({
    architecture: 'amd64',
    os: 'linux',
    author: name,
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(CONFIG, config),
    layers: layers.map((layer) => descriptor(LAYER, layer)),
  });
  return { blobs: [...layers, config], manifest, mediaType: MANIFEST };
}

const json = (value) => Buffer.from(JSON.stringify(value));
const descriptor = (mediaType, bytes) => ({ mediaType, digest: sha256(bytes), size: bytes.length });
