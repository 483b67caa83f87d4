import { spawnSync } from 'node:child_process';
import { describeAbsent, findPrograms } from './clients';
import { type Engine, startEngine } from './dockerd';
import { currentPlatform, type Platform } from './platform';

export interface DockerCli {
  program: string;
  version: string;
}

/** From 29 on the CLI speaks only API versions that Debian's engine does not know. */
const FIRST_TOO_NEW = 29;

const major = (version: string): number => Number(version.split('.')[0]);

/** Every docker CLI on this machine that can talk to the engine, one per version. */
function dockerClis(): DockerCli[] {
  const clis = findPrograms('docker').flatMap((program): DockerCli[] => {
    const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    const version = /^Docker version (\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
    return version && major(version) < FIRST_TOO_NEW ? [{ program, version }] : [];
  });
  return [...new Map(clis.map((cli) => [cli.version, cli])).values()];
}

export interface Docker {
  platform: Platform;
  clis: DockerCli[];
  /** Valid once the tests run. */
  engine(): Engine;
}

/** A suite with a Docker engine of its own; skipped by name where there cannot be one. */
export function withDocker(title: string, suite: (docker: Docker) => void): void {
  const [program] = findPrograms('dockerd');
  const clis = dockerClis();
  if (process.getuid?.() !== 0) return describeAbsent(title, 'dockerd can only be started by root');
  if (!program) return describeAbsent(title, 'dockerd is not installed');
  if (!clis.some(({ version }) => version.startsWith('20.10.'))) {
    return describeAbsent(title, 'docker CLI 20.10 is not installed');
  }
  if (!clis.some(({ version }) => !version.startsWith('20.10.'))) {
    it.skip(`${title}: no docker CLI between 20.10 and ${FIRST_TOO_NEW} is installed, only 20.10 is tried`, () =>
      undefined);
  }
  describe(title, () => {
    let engine: Engine | undefined;
    const platform = currentPlatform();

    beforeAll(async () => {
      const { insecureHost, httpsHost, caFile } = platform;
      const insecure = insecureHost ? [insecureHost] : [];
      engine = await startEngine({ program, insecure, trusted: httpsHost ? { [httpsHost]: caFile } : {} });
    }, 90_000);
    afterAll(() => engine?.stop(), 60_000);

    suite({ platform, clis, engine: () => engine! });
  });
}
