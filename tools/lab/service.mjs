/** A process that can be stopped, killed, paused and started again at the same address. */
export class Service {
  #start;
  #handle;

  /** @param {() => Promise<{ pid: number, exited: Promise<unknown>, stop: (graceMs?: number) => Promise<void> }>} start */
  constructor(start) {
    this.#start = start;
  }

  get pid() {
    return this.#handle?.pid;
  }

  async start() {
    this.#handle = await this.#start();
  }

  /** In order. Does nothing when it does not run. */
  async stop() {
    const handle = this.#handle;
    this.#handle = undefined;
    if (!handle) return;
    signal(handle.pid, 'SIGCONT');
    await handle.stop(15_000);
  }

  /** As a crash does it. */
  async kill() {
    const handle = this.#handle;
    this.#handle = undefined;
    signal(handle.pid, 'SIGKILL');
    await handle.exited;
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  /** It holds its connections and answers nothing until `resume`. */
  pause() {
    signal(this.pid, 'SIGSTOP');
  }

  resume() {
    signal(this.pid, 'SIGCONT');
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
