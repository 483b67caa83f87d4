// Keeps services running: one that ends by itself is started again, with growing pauses while it keeps failing.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit } from '../services/process.mjs';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A service that ran this long was well: its next failure starts with a short pause again. */
const WELL_AFTER_MS = 60_000;

export const pauseAfter = (failures) => Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);

export class Supervisor {
  #services = new Map();
  #stopping = false;
  #say;

  /** @param {(text: string) => void} say */
  constructor(say) {
    this.#say = say;
  }

  /** Starts a service and keeps it running. Rejects when the very first start fails. */
  async add(name, start) {
    const service = { name, start, handle: await start(), since: Date.now(), failures: 0, held: false };
    this.#services.set(name, service);
    if (this.#stopping) return service.handle.stop();
    void this.#watch(service);
    return service.handle;
  }

  get(name) {
    return this.#services.get(name)?.handle;
  }

  /** Stops services and starts them with new code. */
  async restart(names) {
    const chosen = names.map((name) => this.#services.get(name)).filter((service) => service && !service.held);
    for (const service of chosen) service.held = true;
    await Promise.all(chosen.map((service) => service.handle.stop(5_000)));
    for (const service of chosen) service.held = false;
    await Promise.all(chosen.map((service) => this.#startAgain(service)));
  }

  /** Stops group after group, each within its deadline. */
  async stopAll(groups) {
    this.#stopping = true;
    for (const { names, graceMs } of groups) {
      await Promise.all(names.map((name) => this.get(name)?.stop(graceMs)));
    }
  }

  async #watch(service) {
    const { handle } = service;
    const exit = await handle.exited;
    if (this.#stopping || service.held || service.handle !== handle) return;
    service.failures = Date.now() - service.since > WELL_AFTER_MS ? 1 : service.failures + 1;
    const pause = pauseAfter(service.failures);
    this.#say(`${service.name} ${describeExit(exit)}, starting it again in ${pause / 1_000} s`);
    await sleep(pause);
    await this.#startAgain(service);
  }

  async #startAgain(service) {
    while (!this.#stopping && !service.held) {
      service.since = Date.now();
      try {
        service.handle = await service.start();
        if (this.#stopping) return service.handle.stop();
        this.#say(`${service.name} is running again`);
        return void this.#watch(service);
      } catch (error) {
        service.failures += 1;
        const pause = pauseAfter(service.failures);
        this.#say(`${error.message}; next attempt in ${pause / 1_000} s`);
        await sleep(pause);
      }
    }
  }
}
