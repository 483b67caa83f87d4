import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../../..');

/** A service of ours in a process of its own, as it is started for people. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** Code or signal. */
    readonly ended: Promise<number | string | null>,
  ) {}

  /** `settings`: its configuration; what is undefined or empty is left out. */
  static async start(app: string, settings: object): Promise<ServiceProcess> {
    const given = Object.entries(settings).filter(([, value]) => value !== undefined && String(value) !== '');
    const env = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
    const child = spawn(process.execPath, ['-r', '@swc-node/register', `apps/${app}/src/main.ts`], {
      cwd: root,
      env: { PATH: process.env.PATH, SWC_NODE_PROJECT: 'tsconfig.base.json', ...env, LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | string | null>((resolve) =>
      child.once('close', (code, signal) => resolve(signal ?? code)),
    );
    return new ServiceProcess(child, await listening(child, ended), ended);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

function listening(child: ChildProcess, ended: Promise<unknown>): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it does not listen: ${output}`)), 25_000);
    const hear = (text: Buffer): void => {
      output += text.toString();
      const [, url] = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output) ?? [];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', hear);
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${String(code)}: ${output}`));
    });
  });
}
