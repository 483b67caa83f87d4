// The load client as the benchmark sees it: one job at a time in a process of its own.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export class LoadProcess {
  #child = fork(fileURLToPath(new URL('load/client.mjs', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

  get pid() {
    return this.#child.pid;
  }

  /**
   * @param {object} job `kind`: one of JOBS in load/client.mjs
   * @param {{ started: () => void, ended: () => void }} watch called where the measured time begins and ends
   */
  run(job, watch) {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        child.off('message', onMessage).off('exit', onExit);
        settle(value);
      };
      const onExit = (code, signal) => finish(reject, new Error(`the load client ended (${signal ?? code})`));
      const onMessage = ({ event, result, message }) => {
        if (event === 'result') finish(resolve, result);
        else if (event === 'failed') finish(reject, new Error(message));
        else watch[event]();
      };
      child.on('message', onMessage).once('exit', onExit);
      child.send(job);
    });
  }

  /** The job that lasts until then ends. */
  finish() {
    this.#child.send({ kind: 'finish' });
  }

  stop() {
    this.#child.kill();
  }
}
