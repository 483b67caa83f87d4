// A service that is killed, whole and without warning, and started again until it is up.
import { setTimeout as sleep } from 'node:timers/promises';
import { processes, treeOf } from '../bench/machine.mjs';

const AGAIN_MS = 200;
const PATIENCE_MS = 90_000;

export class Victim {
  #start;
  #handle;

  /**
   * @param {string} name
   * @param {(settings?: Record<string, string>) => Promise<import('../services/process.mjs').Handle>} start rejects when
   *   it does not come up
   */
  constructor(name, start) {
    this.name = name;
    this.#start = start;
  }

  get handle() {
    return this.#handle;
  }

  /**
   * Starts it, again and again while it ends by itself: what it needs may be down. Answers whether it is up; false: it was
   * killed while it came up.
   */
  async up(settings) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        this.#handle = await this.#start(settings);
        return true;
      } catch (error) {
        if (/ended by SIGKILL/.test(error.message)) return false;
        if (Date.now() > deadline) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  /** SIGKILL for it and all below it. The parent is stopped first, so that it cannot clean up or replace a child. */
  async kill() {
    const { pid, exited } = this.#handle;
    signal(pid, 'SIGSTOP');
    for (const member of treeOf(pid, processes()).reverse()) signal(member, 'SIGKILL');
    await exited;
  }

  async stop() {
    await this.#handle?.stop();
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
