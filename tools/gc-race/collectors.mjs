// Keeps a collector running beside the race, and kills it now and then.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'collector.mjs');

export class Collectors {
  collections = 0;
  purged = 0;
  kills = 0;
  /** Of collections that failed. */
  errors = [];
  #isOver = false;
  #child;
  #closed;
  #killing;
  #heard;

  /** @param {{ lab: object, random: object, killed: boolean }} options killed: by SIGKILL every few seconds */
  constructor({ lab, random, killed }) {
    this.lab = lab;
    this.random = random;
    this.#start();
    this.#killing = killed ? this.#kill() : Promise.resolve();
  }

  /** The first collection has ended. */
  get ready() {
    return this.#heard.promise;
  }

  async stop() {
    this.#isOver = true;
    await this.#killing;
    this.#child.kill('SIGTERM');
    await this.#closed;
  }

  #start() {
    this.#heard = signal();
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: this.lab.databaseUrl,
      REDIS_URL: this.lab.redisUrl,
      STORAGE_ROOT: this.lab.storage,
    };
    this.#child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#closed = new Promise((resolve) => this.#child.once('close', resolve));
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
  }

  #hear(line) {
    const { error, purged_blobs: purged } = JSON.parse(line);
    this.#heard.give();
    if (error) return this.errors.push(error);
    this.collections++;
    this.purged += purged;
  }

  async #kill() {
    while (!this.#isOver) {
      await this.ready;
      await sleep(this.random.int(100, 2_500));
      this.#child.kill('SIGKILL');
      await this.#closed;
      this.kills++;
      // It is dead for certain, and nothing of it is under way: nobody has to wait for five minutes.
      await this.lab.sql(`UPDATE blob SET update_time = now() - interval '1 hour' WHERE status = 'deleting'`);
      this.#start();
    }
  }
}

function signal() {
  let give;
  const promise = new Promise((resolve) => (give = resolve));
  return { promise, give };
}
