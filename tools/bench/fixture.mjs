// What is read in a run: the same images in every server.
import { randomBytes } from 'node:crypto';
import { imageManifest, RegistryClient, sha256 } from './load/registry-client.mjs';

const LAYERS = 10;
const LAYER_BYTES = 512;
const CONFIG_BYTES = 1_024;
export const LARGE_BYTES = 100 * 1024 * 1024;
const LARGE = 'bench/large';
const PUSHES_AT_ONCE = 8;
/** Clients hold a token for each repository; several clients pull each. */
const TOKENS_PER_REPOSITORY = 3;
/** Tokens live for half an hour at least. */
const TOKEN_MS = 10 * 60_000;

export class Fixture {
  #tokens = new Map();

  /** @param {{ repositories: number, tagsPerRepository: number }} options */
  constructor({ repositories, tagsPerRepository }) {
    this.repositories = Array.from(
      { length: repositories },
      (_, index) => `bench/app-${String(index).padStart(3, '0')}`,
    );
    this.tags = Array.from({ length: tagsPerRepository }, (_, index) => `v1.${index}`);
    this.blobs = Array.from({ length: LAYERS + 1 }, (_, index) =>
      randomBytes(index === 0 ? CONFIG_BYTES : LAYER_BYTES),
    );
    this.large = randomBytes(LARGE_BYTES);
    this.largePath = `/v2/${LARGE}/blobs/${sha256(this.large)}`;
    const [config, ...layers] = this.blobs.map((bytes) => ({ digest: sha256(bytes), size: bytes.length }));
    this.descriptors = { config, layers };
    this.hot = {
      repository: this.repositories[0],
      tag: 'hot',
      manifests: ['a', 'b'].map((name) => this.manifest('hot', name)),
    };
  }

  manifest(repository, tag) {
    return imageManifest({ ...this.descriptors, name: `${repository}:${tag}` });
  }

  /** Repositories take turns, so that the popular images lie in all of them. [repository index, tag, manifest] */
  *images() {
    yield [0, this.hot.tag, this.hot.manifests[0]];
    for (const tag of this.tags)
      for (const [index, repository] of this.repositories.entries()) yield [index, tag, this.manifest(repository, tag)];
  }

  /** Items of a read job: the path, and whose credentials belong to it. */
  manifestItems(by) {
    return [...this.images()].map(([index, tag, manifest]) => [
      `/v2/${this.repositories[index]}/manifests/${by === 'digest' ? sha256(manifest) : tag}`,
      index,
    ]);
  }

  blobItems(digests) {
    return digests.flatMap((digest) =>
      this.repositories.map((repository, index) => [`/v2/${repository}/blobs/${digest}`, index]),
    );
  }

  /** Header lines to choose from, per repository. Asked for anew before they expire. */
  async credentials(server) {
    const known = this.#tokens.get(server.id);
    if (known && Date.now() - known.since < TOKEN_MS) return known.lines;
    const lines = [];
    for (const repository of this.repositories)
      lines.push(await server.authorize([`${repository}:pull`], TOKENS_PER_REPOSITORY));
    this.#tokens.set(server.id, { since: Date.now(), lines });
    return lines;
  }

  /** Puts everything into the server behind this door. */
  async fill(door) {
    if (door.server.write) return this.#writeFiles(door.server);
    const [first, ...others] = this.repositories;
    await withClient(door, [`${first}:pull,push`], async (client) => {
      for (const bytes of this.blobs) await client.pushBlob(first, bytes);
      await client.pushManifest(first, this.hot.tag, this.hot.manifests[0]);
      await this.#pushTags(client, first);
    });
    await inParallel(others, PUSHES_AT_ONCE, (repository) =>
      withClient(door, [`${repository}:pull,push`, `${first}:pull`], async (client) => {
        for (const { digest } of [this.descriptors.config, ...this.descriptors.layers])
          await client.mount(repository, digest, first);
        await this.#pushTags(client, repository);
      }),
    );
    await withClient(door, [`${LARGE}:pull,push`], async (client) => {
      const config = { digest: await client.pushBlob(LARGE, this.blobs[0]), size: CONFIG_BYTES };
      const layer = { digest: await client.pushBlob(LARGE, this.large), size: LARGE_BYTES };
      // A blob that no image needs is no typical one.
      await client.pushManifest(LARGE, 'large', imageManifest({ config, layers: [layer], name: LARGE }));
    });
  }

  async largeCredentials(server) {
    return [await server.authorize([`${LARGE}:pull`])];
  }

  async #pushTags(client, repository) {
    for (const tag of this.tags) await client.pushManifest(repository, tag, this.manifest(repository, tag));
  }

  #writeFiles({ write }) {
    for (const [index, tag, manifest] of this.images()) {
      write(`/v2/${this.repositories[index]}/manifests/${tag}`, manifest);
      write(`/v2/${this.repositories[index]}/manifests/${sha256(manifest)}`, manifest);
    }
    for (const repository of this.repositories)
      write(`/v2/${repository}/blobs/${this.descriptors.config.digest}`, this.blobs[0]);
    write(this.largePath, this.large);
  }
}

async function withClient({ endpoint, server }, scopes, work) {
  const [header] = await server.authorize(scopes);
  const client = new RegistryClient(endpoint, header);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

async function inParallel(items, limit, work) {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
