// The run: jobs are started, everything dies again and again, and in the end each effect is counted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Lab } from './lab.mjs';
import { openLedger } from './ledger.mjs';
import { openStarter } from './starter.mjs';
import { verify } from './verify.mjs';

const REPLICAS = 3;
const SERIAL_KEYS = 4;
const SCHEDULES = 10;
/** One answer of the ledger in so many is never heard. */
const LEDGER_KILLS = 60;
const PATIENCE_MS = 120_000;
/** Longer than a lease. */
const PAUSE_MS = 4_500;
const EVERY_MS = { kill: 1_800, flush: 5_000, restart: 11_000, pause: 9_000 };

/** @param {{ tasks: number, seconds: number, random: import('../fuzz/random.mjs').Random, say: (line: string) => void }} options */
export async function chaos({ tasks, seconds, random, say }) {
  const lab = new Lab();
  const run = new Run(lab, random);
  try {
    await lab.startServers();
    await lab.sql('CREATE TABLE chaos_effect (key text NOT NULL)');
    const file = join(lab.folder, 'ledger');
    run.ledger = await openLedger({ file, kill: (pid) => run.killedByLedger(pid) });
    await lab.startReplicas(REPLICAS, run.ledger.url);
    run.starter = await openStarter(lab.env);
    say(`${REPLICAS} job services, ${tasks} tasks, ${SCHEDULES} schedules; ${seconds} s of chaos`);
    const schedules = await run.startAll(tasks, seconds);
    await run.rage(seconds * 1_000);
    await run.settle();
    const written = readFileSync(file, 'utf8').trim().split('\n');
    return {
      ...(await verify({ lab, written, asked: run.ledger.asked, schedules })),
      events: run.events,
      log: lab.log,
    };
  } finally {
    await run.close();
    await lab.stop();
  }
}

class Run {
  events = {
    killed: 0,
    'killed between effect and answer': 0,
    'paused past the lease': 0,
    flushed: 0,
    'redis restarted': 0,
  };
  #raging = false;
  #busy = new Set();

  constructor(lab, random) {
    this.lab = lab;
    this.random = random;
  }

  /** Half of the tasks start while everything dies; a third of all has a time of its own. */
  async startAll(count, seconds) {
    const schedules = await this.#startSchedules(seconds);
    for (let number = 0; number < count / 2; number++) await this.#startTask(number, seconds);
    this.later = (async () => {
      for (let number = Math.ceil(count / 2); number < count; number++) {
        await this.#startTask(number, seconds);
        await sleep((seconds * 500) / count);
      }
    })();
    return schedules;
  }

  async rage(ms) {
    this.#raging = true;
    const lanes = Object.entries(EVERY_MS).map(([name, everyMs]) => this.#lane(this[name].bind(this), everyMs));
    await sleep(ms);
    this.#raging = false;
    await Promise.all(lanes);
    await this.later;
  }

  /** Waits until nothing is left to do. */
  async settle() {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(250)) {
      const [{ left }] = await this.lab.sql('SELECT count(*)::int AS left FROM execution WHERE end_time IS NULL');
      if (left === 0) return;
    }
  }

  async kill() {
    if (await this.#replace(this.#any())) this.events.killed++;
  }

  async flush() {
    const client = new Redis(this.lab.env.REDIS_URL, { maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    await client.flushall().then(
      () => this.events.flushed++,
      () => undefined,
    );
    client.disconnect();
  }

  async restart() {
    await this.lab.redis.kill();
    await sleep(1_000 * this.random.next());
    await this.lab.redis.start();
    this.events['redis restarted']++;
  }

  async pause() {
    const replica = this.#any();
    if (!replica) return;
    this.#busy.add(replica);
    replica.pause();
    await sleep(PAUSE_MS);
    replica.resume();
    this.#busy.delete(replica);
    this.events['paused past the lease']++;
  }

  killedByLedger(pid) {
    const replica = this.lab.replicas.find((candidate) => candidate.pid === pid);
    if (!this.#raging || !replica || this.#busy.has(replica) || !this.random.chance(1 / LEDGER_KILLS)) return false;
    this.events['killed between effect and answer']++;
    void this.#replace(replica);
    return true;
  }

  async close() {
    await this.starter?.close();
    await this.ledger?.close();
  }

  async #lane(act, everyMs) {
    while (this.#raging) {
      await sleep(everyMs * (0.5 + this.random.next()));
      if (this.#raging) await act();
    }
  }

  #any() {
    const free = this.lab.replicas.filter((replica) => !this.#busy.has(replica));
    return this.random.pick(free);
  }

  async #replace(replica) {
    if (!replica) return false;
    this.#busy.add(replica);
    await replica.kill();
    await replica.start();
    this.#busy.delete(replica);
    return true;
  }

  async #startTask(number, seconds) {
    const job = number % 20 === 0 ? 'CHAOS_EXCLUSIVE' : 'CHAOS_STEPS';
    const runAt = number % 3 === 0 ? new Date(Date.now() + seconds * 1_000 * this.random.next()) : undefined;
    const serialKey = number % 10 === 1 ? `serial-${number % SERIAL_KEYS}` : undefined;
    const tasks = [{ job, payload: { number }, runAt, serialKey }];
    await this.starter.executions.start({ vendorType: 'CHAOS', trigger: 'MANUAL', key: `chaos-${number}`, tasks });
  }

  /** Every minute, and first at an instant within the run. */
  async #startSchedules(seconds) {
    const schedules = [];
    for (let vendorId = 1; vendorId <= SCHEDULES; vendorId++) {
      const cron = { cronType: 'Custom', cron: '0 * * * * *', parameters: {} };
      const id = await this.starter.schedules.set({ vendorType: 'CHAOS', vendorId, ...cron });
      const first = new Date(Math.ceil(Date.now() / 1_000 + 2 + (seconds - 4) * this.random.next()) * 1_000);
      await this.lab.sql('UPDATE schedule SET next_time = $2 WHERE id = $1', [id, first]);
      schedules.push({ id, first });
    }
    return schedules;
  }
}
