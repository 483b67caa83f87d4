// Takes samples: every target in turn within a round, round after round.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { findProgram } from '../services/process.mjs';
import {
  cpuSeconds,
  othersBetween,
  QUIET_CORES,
  processes,
  residentMegabytes,
  usage,
  waitForQuiet,
} from './machine.mjs';
import { median } from './table.mjs';

const MEGABYTE = 1_000_000;
const LOOK_AT_MEMORY_MS = 100;

export class Measurement {
  #load;
  #context;
  #patienceMs;
  #uploaded = new Map();

  /** @param {{ load: import('./load-process.mjs').LoadProcess, options: object, fixture?: object, say: (text: string) => void }} context */
  constructor(context) {
    this.#context = context;
    this.#load = context.load;
    this.#patienceMs = context.options.patience * 1_000;
  }

  /** Medians per door id. */
  async run(scenario, allDoors) {
    const { options, say } = this.#context;
    const doors = scenario.doors.map((id) => allDoors.find((door) => door.id === id)).filter(Boolean);
    const samples = new Map(doors.map(({ id }) => [id, []]));
    for (let round = 1; round <= options.rounds; round++) {
      say(`${scenario.title}, round ${round} of ${options.rounds}`);
      for (const door of doors) samples.get(door.id).push(await this.#sampleOrProblem(scenario, door));
    }
    return new Map(doors.map((door) => [door.id, { name: door.name, ...summarise(samples.get(door.id)) }]));
  }

  /** A target that fails is shown as failing; the others are measured all the same. */
  async #sampleOrProblem(scenario, door) {
    try {
      return await this.#sample(scenario, door);
    } catch (error) {
      this.#context.say(`${door.name}: ${error.message}`);
      return { problem: error.message };
    }
  }

  async #sample(scenario, door) {
    const { options, fixture } = this.#context;
    if (scenario.cold) await door.server.restartRegistry?.();
    if (options.pin) this.#pin(door.server);
    const job = await scenario.job({ door, fixture, options, uploaded: this.#uploaded });
    this.#patienceMs -= await waitForQuiet(this.#patienceMs);
    const watch = new Watch(door.server, scenario.memory);
    try {
      const result = await this.#load.run(job, watch);
      if (result.digest) this.#uploaded.set(door.server.id, result.digest);
      return figures(scenario, result, watch);
    } finally {
      watch.close();
    }
  }

  /** New processes and threads inherit it. */
  #pin(server) {
    const taskset = findProgram('taskset');
    if (!taskset) throw new Error('--pin needs taskset (util-linux)');
    const pin = (pid, cores) => spawnSync(taskset, ['-a', '-c', '-p', cores, String(pid)]);
    for (const pid of Object.values(server.groups()).flat()) pin(pid, '0');
    if (cpus().length > 1) pin(this.#load.pid, `1-${cpus().length - 1}`);
  }
}

/** CPU time of a server's processes between the two signals of the load client, and their memory. */
class Watch {
  #server;
  #timer;
  #before;
  cpu = {};
  others = 0;
  memory = 0;

  constructor(server, peak) {
    this.#server = server;
    if (peak) this.#timer = setInterval(() => this.#lookAtMemory(), LOOK_AT_MEMORY_MS);
  }

  started() {
    this.#before = { cpu: this.#cpu(), usage: usage() };
  }

  ended() {
    const after = this.#cpu();
    for (const [group, seconds] of Object.entries(after)) this.cpu[group] = seconds - (this.#before.cpu[group] ?? 0);
    this.others = othersBetween(this.#before.usage, usage());
    this.#lookAtMemory();
  }

  close() {
    clearInterval(this.#timer);
  }

  #cpu() {
    const all = processes();
    return Object.fromEntries(
      Object.entries(this.#server.groups(all)).map(([group, pids]) => [group, cpuSeconds(pids, all)]),
    );
  }

  /** Of the processes that touch the bytes. */
  #lookAtMemory() {
    const { registry = [], nginx = [] } = this.#server.groups();
    this.memory = Math.max(this.memory, residentMegabytes(registry.length > 0 ? registry : nginx));
  }
}

/** One sample. `each`: per request, image or 100 MB. Pure. */
export function figures(scenario, result, { cpu, others, memory }) {
  const work = scenario.counts === 'megabyte' ? result.bytes / MEGABYTE : result.count;
  const cpuTotal = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
  return {
    rate: work / result.seconds,
    p50: result.p50 / 1_000,
    p99: result.p99 / 1_000,
    perCpuSecond: cpuTotal > 0 ? work / cpuTotal : undefined,
    shares: Object.fromEntries(Object.entries(cpu).map(([group, seconds]) => [group, seconds / work])),
    memory,
    others,
    failed: Object.values(result.failures).reduce((sum, count) => sum + count, 0),
    failures: result.failures,
  };
}

/** Medians of the samples that succeeded, but the worst of what should not be. Pure. */
export function summarise(taken) {
  const samples = taken.filter(({ problem }) => problem === undefined);
  const { problem } = taken.find((sample) => sample.problem !== undefined) ?? {};
  if (samples.length === 0) return { problem, samples: 0, noisy: 0, failed: 0, shares: {}, statuses: [] };
  const middle = (pick) => median(samples.map(pick));
  const groups = Object.keys(samples[0].shares);
  return {
    problem,
    rate: middle((sample) => sample.rate),
    p50: middle((sample) => sample.p50),
    p99: middle((sample) => sample.p99),
    perCpuSecond: middle((sample) => sample.perCpuSecond),
    shares: Object.fromEntries(groups.map((group) => [group, middle((sample) => sample.shares[group])])),
    memory: Math.max(...samples.map(({ memory }) => memory)),
    others: middle((sample) => sample.others),
    noisy: samples.filter(({ others }) => others > QUIET_CORES).length,
    samples: samples.length,
    failed: samples.reduce((sum, { failed }) => sum + failed, 0),
    statuses: [...new Set(samples.flatMap(({ failures }) => Object.keys(failures)))],
  };
}
