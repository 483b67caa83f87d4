import { spawn } from 'node:child_process';

export interface Finished {
  /** null when a signal ended the command. */
  code: number | null;
  stdout: string;
  stderr: string;
  /** Both streams in the order they came. */
  output: string;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  input?: string;
  /** Default 120 000. */
  timeoutMs?: number;
}

/** Runs a command to its end, whatever its exit code. */
export function attempt(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { env = process.env, cwd, input, timeoutMs = 120_000 } = options;
    const child = spawn(command, args, { env, cwd, timeout: timeoutMs, killSignal: 'SIGKILL' });
    const finished: Finished = { code: null, stdout: '', stderr: '', output: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        finished[stream] += text;
        finished.output += text;
      });
    }
    // A command that ends without reading its input is no failure of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...finished, code }));
  });
}

/** Runs a command that must succeed; the error shows the command line and everything it printed. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const finished = await attempt(command, args, options);
  if (finished.code === 0) return finished;
  throw new Error(`${command} ${args.join(' ')}\nended with ${finished.code}:\n${finished.output}`);
}

/** One client program bound to its environment. */
export interface Client {
  (...args: string[]): Promise<Finished>;
  /** The same without demanding exit code 0. */
  attempt(...args: string[]): Promise<Finished>;
}

export function clientOf(command: string, options: RunOptions): Client {
  return Object.assign((...args: string[]) => run(command, args, options), {
    attempt: (...args: string[]) => attempt(command, args, options),
  });
}
