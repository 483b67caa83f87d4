// Workers that do rounds of requests all the while, and note how they were answered: for servers that go away meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;
const WELL_MS = 60_000;

/**
 * @param {{ workers: number, round: (worker: number, index: number, check: Check) => Promise<void> }} options `round` lets
 *   `check` look at every answer, and throws what that throws
 * @typedef {<T extends import('./client.mjs').Answer>(answer: T, what: string) => T} Check
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
  #stopping = false;
  #rounds = 0;
  #loops;

  constructor(options) {
    this.#options = options;
    this.#loops = Array.from({ length: options.workers }, (_, worker) => this.#loop(worker));
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

  async #loop(worker) {
    const check = (answer, what) => this.#check(answer, what);
    for (let index = 0; !this.#stopping; index++) {
      try {
        await this.#options.round(worker, index, check);
        this.#rounds++;
      } catch (error) {
        if (!(error instanceof Refused)) this.unclear.push(`worker ${worker}, round ${index}: ${error.message}`);
        await sleep(PAUSE_MS);
      }
    }
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
