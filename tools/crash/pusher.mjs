// A client that pushes one image after another, each until it is acknowledged, whatever dies meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeImage, sha256 } from './content.mjs';
import { Refused, resume, WAYS } from './uploads.mjs';

const BETWEEN_IMAGES_MS = 120;
const LONGEST_PAUSE_MS = 400;
/** No service is away for so long: a push that cannot be acknowledged by then never will be. */
const PATIENCE_MS = 120_000;
const TAGS = 5;
/**
 * What a client may be told while something is down, or after it: the upload is unknown, somebody (the dead) is writing,
 * the range is another one, too much to do, or it does not work just now. Everything else is a fault.
 */
const TEMPORARY = new Set([409, 416, 429, 500, 502, 503, 504]);

export class Pusher {
  counts = { images: 0, blobs: 0, resumed: 0, cut: 0, refused: {} };
  /** Answers that no client should get. */
  problems = [];
  #context;
  #stopping = false;

  /**
   * @param {{ door: import('./http.mjs').FrontDoor, journal: import('./journal.mjs').Journal,
   *   random: import('../fuzz/random.mjs').Random, name: string, repositories: string[],
   *   sessions: Map<string, { repository: string, bytes: Buffer }> }} context
   */
  constructor(context) {
    this.#context = context;
  }

  /** Pushes until `finish`. */
  async run() {
    for (let number = 1; !this.#stopping; number++) {
      await this.#pushImage(number);
      await sleep(BETWEEN_IMAGES_MS);
    }
  }

  /** The image under way is still pushed. */
  finish() {
    this.#stopping = true;
  }

  async #pushImage(number) {
    const { random, name, repositories, journal } = this.#context;
    const repository = random.pick(repositories);
    const { blobs, manifest, mediaType } = makeImage(random, `${name} image ${number}`);
    for (const bytes of blobs) {
      await this.#pushBlob(repository, bytes);
      journal.blob({ repository, digest: sha256(bytes), size: bytes.length });
      this.counts.blobs += 1;
    }
    const tag = random.chance(0.8) ? `${name}-${random.int(1, TAGS)}` : undefined;
    const digest = sha256(manifest);
    await this.#pushManifest({ repository, tag, digest, manifest, mediaType });
    const parts = blobs.map((bytes) => ({ digest: sha256(bytes), size: bytes.length }));
    journal.manifest({ repository, digest, tag, size: manifest.length, blobs: parts });
    this.counts.images += 1;
  }

  #pushBlob(repository, bytes) {
    const { door, random } = this.#context;
    let left;
    return this.#untilDone(async () => {
      // Of its own sessions a client goes on with every second one and forgets the others.
      const sessions = new Map();
      const attempt = { door, random, repository, bytes, sessions };
      try {
        if (left !== undefined) await this.#resume({ ...attempt, sessions: new Map() }, left);
        else await random.weighted(WAYS)(attempt);
        left = undefined;
      } catch (error) {
        [left] = left === undefined && random.chance(0.5) ? sessions.keys() : [];
        throw error;
      } finally {
        for (const [location, session] of sessions) this.#context.sessions.set(location, session);
      }
    });
  }

  async #resume(attempt, location) {
    await resume(attempt, location);
    this.#context.sessions.delete(location);
    this.counts.resumed += 1;
  }

  #pushManifest({ repository, tag, digest, manifest, mediaType }) {
    const { door, journal } = this.#context;
    const path = `/v2/${repository}/manifests/${tag ?? digest}`;
    return this.#untilDone(async () => {
      try {
        const answer = await door.send('PUT', path, { body: manifest, headers: { 'content-type': mediaType } });
        if (answer.status !== 201) throw new Refused(answer, `PUT ${path}`);
      } catch (error) {
        if (tag !== undefined) journal.unanswered({ repository, tag, digest });
        throw error;
      }
    });
  }

  async #untilDone(work) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        this.#note(error);
        if (Date.now() > deadline) throw error;
        await sleep(this.#context.random.int(20, LONGEST_PAUSE_MS));
      }
    }
  }

  #note(error) {
    if (!(error instanceof Refused)) {
      this.counts.cut += 1;
      return;
    }
    this.counts.refused[error.status] = (this.counts.refused[error.status] ?? 0) + 1;
    const unknownUpload = error.status === 404 && error.message.includes('BLOB_UPLOAD_UNKNOWN');
    if (!unknownUpload && !TEMPORARY.has(error.status)) this.problems.push(error.message);
  }
}
