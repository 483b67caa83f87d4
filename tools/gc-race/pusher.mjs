// One of several clients that push images made of few layers, which all of them share, in every way that a client may
// choose: asking first and skipping what is there, mounting, uploading. What is acknowledged is read back whole.
import { randomBytes } from 'node:crypto';
import { Api, digestOf, expectStatus, imageManifest, Repository, UnexpectedAnswer } from '../lab/client.mjs';

const KEPT_IMAGES = 3;
const WAYS = [
  [4, 'ask'],
  [3, 'mount'],
  [2, 'upload'],
];
/** A push that garbage collection came in between of: the client is told, and begins again. */
const REFUSALS = [400, 404, 503];

class Refused extends Error {}

export class Pusher {
  pushed = 0;
  refused = 0;
  skipped = 0;
  mounted = 0;
  /** Manifests that were acknowledged and not deleted, by tag. */
  #images = new Map();
  #serial = 0;

  /** @param {{ lab: object, random: object, number: number, project: string, layers: Buffer[], all: string[] }} options */
  constructor({ lab, random, number, project, layers, all }) {
    Object.assign(this, { lab, random, layers, all });
    this.name = `${project}/pusher${number}`;
  }

  async open() {
    const api = new Api(this.lab.cores[0].url, this.lab.admin);
    this.token = await api.token(...this.all);
    return this;
  }

  async round() {
    const layers = this.layers.filter(() => this.random.chance(0.3));
    // Some manifests come again, byte by byte.
    const label = this.random.chance(0.5) ? `label ${this.random.int(0, 5)}` : `label ${this.#serial++} ${this.name}`;
    const tag = `tag${this.random.int(0, KEPT_IMAGES - 1)}`;
    try {
      await this.#push(tag, layers, label);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused++;
    }
    if (this.random.chance(0.5)) await this.#delete();
    await this.verify(this.random.chance(0.2));
  }

  /** Everything that was acknowledged is whole. `all`: or only the image pushed last. */
  async verify(all = true) {
    const tags = [...this.#images.keys()];
    for (const tag of all ? tags : tags.slice(-1)) {
      const digest = await this.#at().verify(tag);
      if (digest !== this.#images.get(tag)) throw new Error(`${tag} is ${digest} instead of ${this.#images.get(tag)}`);
    }
  }

  #at() {
    return new Repository(this.random.pick(this.lab.registries).url, this.name, this.token);
  }

  async #push(tag, layers, label) {
    const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', label }));
    for (const blob of [config, ...layers]) await this.#bring(blob);
    const describe = (bytes) => ({ digest: digestOf(bytes), size: bytes.length });
    const manifest = imageManifest(describe(config), layers.map(describe), label);
    accepted(await this.#at().putManifest(tag, manifest), 201);
    this.pushed++;
    this.#images.delete(tag);
    this.#images.set(tag, digestOf(manifest));
  }

  async #bring(blob) {
    const digest = digestOf(blob);
    const way = this.random.weighted(WAYS);
    if (way === 'ask' && (await this.#isThere(digest))) return;
    if (way === 'mount' && (await this.#mounts(digest))) return;
    if (this.random.chance(0.5)) return void accepted(await this.#post(digest, blob), 201);
    // At one registry or two: a session goes on anywhere.
    const begun = accepted(await this.#at().send('POST', 'blobs/uploads/'), 202);
    const { pathname, search } = new URL(begun.headers.location, 'http://registry');
    accepted(await this.#at().finish(pathname + search, digest, blob), 201);
  }

  #post(digest, body) {
    return this.#at().send('POST', `blobs/uploads/?digest=${digest}`, {
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
  }

  async #isThere(digest) {
    const { status } = expectStatus(await this.#at().send('HEAD', `blobs/${digest}`), 200, 404);
    if (status === 200) this.skipped++;
    return status === 200;
  }

  async #mounts(digest) {
    const from = this.random.pick(this.all);
    const { status } = accepted(await this.#at().send('POST', `blobs/uploads/?mount=${digest}&from=${from}`), 201, 202);
    if (status === 201) this.mounted++;
    return status === 201;
  }

  /** An image by its digest, or only its tag: garbage collection deletes what has none. */
  async #delete() {
    const [tag] = [...this.#images.keys()];
    if (tag === undefined) return;
    const digest = this.#images.get(tag);
    const gone = this.random.chance(0.5) ? [digest] : [tag];
    expectStatus(await this.#at().send('DELETE', `manifests/${gone[0]}`), 202, 404);
    for (const [name, found] of this.#images) {
      if (name === tag || (gone[0] === digest && found === digest)) this.#images.delete(name);
    }
  }
}

function accepted(answer, ...wanted) {
  if (wanted.includes(answer.status)) return answer;
  const error = new UnexpectedAnswer(answer, wanted);
  throw REFUSALS.includes(answer.status) ? new Refused(error.message) : error;
}

export const someLayers = () => Array.from({ length: 8 }, (_, index) => randomBytes(200 + 100 * index));
