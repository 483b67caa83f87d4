// Clients that push, pull and log in all the while, and note what was acknowledged: for servers that go away meanwhile.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, Repository } from './client.mjs';

const PAUSE_MS = 100;
const WELL_MS = 60_000;

/**
 * @param {{ lab: Awaited<ReturnType<typeof import('./lab.mjs').startLab>>, project: string, label: string, workers: number }} options
 */
export function startLoad(options) {
  return new Load(options);
}

class Load {
  /** Requests that were answered 503 as they should be. */
  refused = 0;
  /** Everything else that is no success. */
  unclear = [];
  #options;
  #token;
  /** Tag → digest, once 201 was heard. */
  #acknowledged = new Map();
  #stopping = false;
  #rounds = 0;
  #loops;

  constructor(options) {
    this.#options = options;
    const api = new Api(options.lab.cores[0].url, options.lab.admin);
    this.#token = api.token(this.#name);
    this.#loops = Array.from({ length: options.workers }, (_, worker) => this.#loop(worker, api));
  }

  get #name() {
    return `${this.#options.project}/${this.#options.label}`;
  }

  /** Every worker has done a whole round since. */
  async untilWell() {
    const goal = this.#rounds + this.#options.workers * 2;
    const deadline = Date.now() + WELL_MS;
    while (this.#rounds < goal) {
      if (Date.now() > deadline) throw new Error(`not well again after ${WELL_MS} ms`);
      await sleep(PAUSE_MS);
    }
  }

  async stop() {
    this.#stopping = true;
    await Promise.all(this.#loops);
  }

  /** Pulls every acknowledged image whole, at each registry; how many there are. */
  async verify() {
    for (const { url } of this.#options.lab.registries) {
      const repository = new Repository(url, this.#name, await this.#token);
      for (const [tag, digest] of this.#acknowledged) {
        const found = await repository.verify(tag);
        if (found !== digest) throw new Error(`${tag} is ${found}, acknowledged was ${digest}`);
      }
    }
    return this.#acknowledged.size;
  }

  async #loop(worker, api) {
    const { registries } = this.#options.lab;
    const { url } = registries[worker % registries.length];
    const repository = new Repository(url, this.#name, await this.#token);
    const watched = this.#watching(repository);
    for (let round = 0; !this.#stopping; round++) {
      const tag = `w${worker}-${round}`;
      try {
        this.#acknowledged.set(tag, await watched.pushImage(tag, [randomBytes(20_000)]));
        await watched.verify(tag);
        this.#check(await api.askToken(`${this.#name}:pull`), 'token');
        this.#rounds++;
      } catch (error) {
        if (!(error instanceof Refused)) this.unclear.push(`${tag}: ${error.message}`);
        await sleep(PAUSE_MS);
      }
    }
  }

  /** The repository, with every answer looked at. */
  #watching(repository) {
    const plain = repository.send.bind(repository);
    repository.send = async (method, path, options) =>
      this.#check(await plain(method, path, options), `${method} ${path}`);
    return repository;
  }

  #check(answer, what) {
    if (answer.status < 300) return answer;
    const text = answer.body.toString();
    const clear = answer.status === 503 && /"code":"UNAVAILABLE"/.test(text) && answer.headers['retry-after'];
    if (!clear) throw new Error(`${what} was answered ${answer.status} ${text}`);
    this.refused++;
    throw new Refused(text);
  }
}

class Refused extends Error {}
