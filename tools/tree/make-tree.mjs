// A storage tree of distribution with images, indexes, tags and garbage. Everything follows from the options.
import { createHash } from 'node:crypto';
import { TreeWriter } from './tree-writer.mjs';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

const OWN_LAYERS = 4;
const BASE_LAYERS = 2;
/** A blob for the manifest and one for the config, beside the layers. */
const BLOBS_PER_IMAGE = OWN_LAYERS + 2;
/** Of so many images two are parts of an index. */
const IMAGES_PER_INDEX = 10;

/**
 * @param {{ root: string, blobs: number, garbage: number, repositories: number, layerBytes: number }} options
 * @returns {{ blobs: number, garbage: number, bytes: number, images: number, indexes: number, tags: number, repositories: number }}
 */
export function makeTree({ root, blobs, garbage, repositories, layerBytes }) {
  const writer = new TreeWriter(root);
  const tree = new Tree(writer, { layerBytes, bases: Math.max(BASE_LAYERS, Math.round(blobs / 500)) });
  const live = Math.round(blobs * (1 - garbage));
  for (let number = 0; writer.blobs + BLOBS_PER_IMAGE <= live; number++) {
    tree.image(repositoryName(number % repositories), number);
  }
  const before = writer.blobs;
  for (let number = 0; writer.blobs < blobs; number++)
    tree.layer(`garbage ${number}`, repositoryName(number % repositories));
  return { ...tree.counts, repositories, blobs: writer.blobs, garbage: writer.blobs - before, bytes: writer.bytes };
}

const repositoryName = (index) => `team-${index % 7}/service-${index}`;

class Tree {
  counts = { images: 0, indexes: 0, tags: 0 };
  #writer;
  #layerBytes;
  #bases;
  #earlier = new Map();

  constructor(writer, { layerBytes, bases }) {
    this.#writer = writer;
    this.#layerBytes = layerBytes;
    this.#bases = bases;
  }

  image(repository, number) {
    const base = (turn) => this.layer(`base ${(number * (turn + 3)) % this.#bases}`, repository);
    const layers = [
      ...Array.from({ length: BASE_LAYERS }, (_, turn) => base(turn)),
      ...Array.from({ length: OWN_LAYERS }, (_, turn) => this.layer(`image ${number} layer ${turn}`, repository)),
    ];
    const platform = { architecture: number % 2 ? 'arm64' : 'amd64', os: 'linux' };
    const config = this.#blob(JSON.stringify({ ...platform, author: `image ${number}`, config: {} }), repository);
    const manifest = this.#manifest(repository, {
      schemaVersion: 2,
      mediaType: IMAGE,
      config: { mediaType: CONFIG, ...config },
      layers: [...new Map(layers.map((layer) => [layer.digest, { mediaType: LAYER, ...layer }])).values()],
    });
    this.counts.images++;
    this.#tag(repository, `v${number}`, manifest.digest);
    this.#tag(repository, 'latest', manifest.digest);
    this.#index(repository, { number, manifest: { mediaType: IMAGE, ...manifest, platform } });
  }

  /** Linked to the repository, as pushes leave it. */
  layer(name, repository) {
    const seed = createHash('sha256').update(name).digest();
    const length = Math.round(this.#layerBytes * (0.75 + seed[0] / 512));
    // Bytes that differ from layer to layer, made without a random number each.
    return this.#blob(Buffer.alloc(length, seed), repository);
  }

  /** Every tenth image of a repository, and the one before it, are parts of an index. */
  #index(repository, { number, manifest }) {
    const { count = 0, previous } = this.#earlier.get(repository) ?? {};
    this.#earlier.set(repository, { count: count + 1, previous: manifest });
    if (!previous || (count + 1) % IMAGES_PER_INDEX !== 0) return;
    const { digest } = this.#manifest(repository, {
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [previous, manifest],
    });
    this.counts.indexes++;
    this.#tag(repository, `multi-${number}`, digest);
  }

  #blob(content, repository) {
    const blob = this.#writer.blob(Buffer.from(content));
    this.#writer.link(`${repository}/_layers`, blob.digest);
    return blob;
  }

  #manifest(repository, content) {
    const manifest = this.#writer.blob(Buffer.from(JSON.stringify(content)));
    this.#writer.link(`${repository}/_manifests/revisions`, manifest.digest);
    return manifest;
  }

  #tag(repository, tag, digest) {
    if (this.#writer.tag(repository, tag, digest)) this.counts.tags++;
  }
}
