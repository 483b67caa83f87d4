import type { RegistryConfig } from '@breakwater/platform';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(__dirname, '../../../..');

/** The registry as it is started for people: `main.ts` in a process, with its workers below it. Linux. */
export class RegistryProcesses {
  private output = '';
  /** Code or signal. */
  readonly ended: Promise<number | string | null>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  }

  /**
   * Compiles what `start` runs: a second, where every worker would take ten to do it for itself. `npm test` has done so
   * already, and other tests run from the same folder meanwhile.
   */
  static compile(): void {
    if (process.env.BREAKWATER_COMPILED) return;
    execFileSync(process.execPath, ['tools/build.mjs'], { cwd: root });
  }

  static start(config: RegistryConfig): RegistryProcesses {
    const settings = Object.entries(config).filter(([, value]) => value !== undefined && String(value) !== '');
    const env = Object.fromEntries(settings.map(([name, value]) => [name, String(value)]));
    const child = spawn(process.execPath, [join(root, 'dist/apps/registry/src/main.js')], {
      cwd: root,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new RegistryProcesses(child);
  }

  get said(): string {
    return this.output;
  }

  /** Ids of the workers that live. */
  get workers(): number[] {
    const { pid } = this.child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  /** The port, once `times` workers in sum have said that they listen. */
  async listening(times: number): Promise<number> {
    await this.until(() => this.output.split('listening on').length > times);
    return Number(/listening on https?:\/\/[^:]+:(\d+)/.exec(this.output)?.[1]);
  }

  async until(condition: () => boolean): Promise<void> {
    for (let attempt = 0; attempt < 600 && this.isRunning && !condition(); attempt++) await sleep(100);
    if (!condition()) throw new Error(`waited in vain; the registry said:\n${this.output}`);
  }

  async stop(): Promise<void> {
    if (this.isRunning) this.child.kill('SIGTERM');
    await this.ended;
  }

  private get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
}

export function lives(pid: number): boolean {
  try {
    // A process that has ended and was not waited for yet is a zombie ("Z").
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
