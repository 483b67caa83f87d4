// Reads at full speed over a fixed number of connections, each with one request under way.
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from '../histogram.mjs';
import { zipf } from '../zipf.mjs';
import { Connection, requestHead } from './connection.mjs';

const WARM_UP_SECONDS = 1.5;

/** Servers that have been asked for each item once, with what: `job.warm`. */
const warmed = new Set();

/**
 * @typedef {object} ReadJob
 * @property {import('./connection.mjs').Endpoint} endpoint
 * @property {number} connections
 * @property {number} seconds ignored with order "once"
 * @property {'GET' | 'HEAD'} method
 * @property {[path: string, credential: number][]} items
 * @property {string[][]} credentials header lines to choose from for each item; [''] for none
 * @property {'zipf' | 'cycle' | 'once'} order once: the first half of the items warms the server up, each item is read once
 * @property {string} [warm] names server and items: the first such job asks for each item once before it measures, for
 *   a server is warm when it has seen what it is asked for
 * @property {number} [warmUpSeconds] not measured; ignored with order "once"
 * @property {string} [accept]
 * @property {{ path: string, header: string, bodies: string[], contentType: string, everyMs: number }} [hot] a tag that
 *   somebody pushes all the while
 */

/** @param {ReadJob} job */
export async function read(job, signals) {
  const connections = Array.from({ length: job.connections }, () => new Connection(job.endpoint));
  const pusher = job.hot && new HotPusher(job);
  try {
    await Promise.all(connections.map((connection) => connection.open()));
    await warmUp(job, connections);
    await pusher?.start();
    return await (job.order === 'once' ? readOnce(job, connections, signals) : readFor(job, connections, signals));
  } finally {
    await pusher?.stop();
    for (const connection of connections) connection.close();
  }
}

async function warmUp({ warm, ...job }, connections) {
  if (warm === undefined || warmed.has(warm)) return;
  const run = new Run(new Requests(job), upTo(0, job.items.length), connections);
  await Promise.all(connections.map((connection) => run.loop(connection)));
  warmed.add(warm);
}

async function readFor(job, connections, signals) {
  const requests = new Requests(job);
  const draw = job.order === 'zipf' ? zipf({ count: job.items.length }) : cycle(job.items.length);
  const run = new Run(requests, draw, connections);
  const loops = connections.map((connection) => run.loop(connection));
  await sleep((job.warmUpSeconds ?? WARM_UP_SECONDS) * 1_000);
  signals.started();
  run.measure();
  await Promise.race([sleep(job.seconds * 1_000), ...loops]);
  const result = run.result();
  signals.ended();
  run.stop();
  await Promise.all(loops);
  return result;
}

/** Two passes over different items, so that each is read for the first time, by a server that has run this path before. */
async function readOnce(job, connections, signals) {
  const requests = new Requests(job);
  const half = Math.floor(job.items.length / 2);
  const first = new Run(requests, upTo(0, half), connections);
  await Promise.all(connections.map((connection) => first.loop(connection)));
  signals.started();
  const run = new Run(requests, upTo(half, job.items.length), connections);
  run.measure();
  await Promise.all(connections.map((connection) => run.loop(connection)));
  const result = run.result();
  signals.ended();
  return result;
}

function cycle(count) {
  let next = 0;
  return () => next++ % count;
}

/** Undefined at the end: the loop ends. */
function upTo(first, end) {
  let next = first;
  return () => (next < end ? next++ : undefined);
}

/** Request bytes per item and credential, made when first needed. */
class Requests {
  #job;
  #made = new Map();

  constructor(job) {
    this.#job = job;
    this.isHead = job.method === 'HEAD';
  }

  get(item) {
    const { items, credentials, method, accept } = this.#job;
    const [path, credential] = items[item];
    const choices = credentials[credential];
    const choice = choices.length > 1 ? Math.floor(Math.random() * choices.length) : 0;
    const key = item * 8 + choice;
    let bytes = this.#made.get(key);
    if (!bytes) {
      const headers = [choices[choice], accept && `Accept: ${accept}`].filter(Boolean);
      bytes = Buffer.from(requestHead(method, path, headers), 'latin1');
      this.#made.set(key, bytes);
    }
    return bytes;
  }
}

/** What the connections of one sample count together. */
class Run {
  #requests;
  #draw;
  #stopped = false;
  #histogram = new Histogram();
  #failures = new Map();
  #connections;
  #receivedBefore = 0;
  #since = 0;

  constructor(requests, draw, connections) {
    this.#requests = requests;
    this.#draw = draw;
    this.#connections = connections;
  }

  get #received() {
    return this.#connections.reduce((sum, { received }) => sum + received, 0);
  }

  /** Forgets the warm-up. */
  measure() {
    this.#histogram = new Histogram();
    this.#failures.clear();
    this.#receivedBefore = this.#received;
    this.#since = performance.now();
  }

  stop() {
    this.#stopped = true;
  }

  result() {
    const seconds = (performance.now() - this.#since) / 1_000;
    const { count } = this.#histogram;
    const quantiles = { p50: this.#histogram.quantile(0.5), p99: this.#histogram.quantile(0.99) };
    return {
      seconds,
      count,
      bytes: this.#received - this.#receivedBefore,
      ...quantiles,
      failures: Object.fromEntries(this.#failures),
    };
  }

  /** Resolves when the run is over, rejects when the server can no longer be reached. */
  loop(connection) {
    return new Promise((resolve, reject) => {
      const next = () => {
        const item = this.#stopped ? undefined : this.#draw();
        if (item === undefined) return resolve();
        const began = performance.now();
        connection.send(this.#requests.get(item), this.#requests, (error, answer) => {
          if (error) return reject(error);
          this.#note(answer, began);
          if (connection.isOpen) return next();
          connection.open().then(next, reject);
        });
      };
      next();
    });
  }

  #note({ status }, began) {
    if (status !== 200) return void this.#failures.set(status, (this.#failures.get(status) ?? 0) + 1);
    this.#histogram.record((performance.now() - began) * 1_000);
  }
}

/** Pushes a tag again and again, from one manifest to the other and back. */
class HotPusher {
  #connection;
  #hot;
  #timer;
  #pushing = Promise.resolve();
  #busy = false;
  #turn = 0;

  constructor({ endpoint, hot }) {
    this.#connection = new Connection(endpoint);
    this.#hot = hot;
  }

  async start() {
    await this.#connection.open();
    const push = () => {
      // A server that is slower than this is pushed to as often as it can take it.
      if (this.#busy) return;
      this.#busy = true;
      this.#pushing = this.#push().finally(() => {
        this.#busy = false;
      });
      this.#pushing.catch(() => clearInterval(this.#timer));
    };
    this.#timer = setInterval(push, this.#hot.everyMs);
  }

  async stop() {
    clearInterval(this.#timer);
    await this.#pushing;
    this.#connection.close();
  }

  async #push() {
    const { path, header, bodies, contentType } = this.#hot;
    const body = bodies[this.#turn++ % bodies.length];
    const headers = [header, `Content-Type: ${contentType}`, `Content-Length: ${Buffer.byteLength(body)}`].filter(
      Boolean,
    );
    const { status } = await this.#connection.ask(requestHead('PUT', path, headers) + body);
    if (status !== 201) throw new Error(`pushing the hot tag was answered ${status}`);
  }
}
