import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { findPrograms } from './clients';

/** What each client of the suites is asked for its version with. */
const clients: Record<string, string[]> = {
  docker: ['--version'],
  dockerd: ['--version'],
  notary: ['version'],
  notation: ['version'],
  'cosign-v2': ['version'],
  'cosign-v3': ['version'],
  skopeo: ['--version'],
  podman: ['--version'],
  buildah: ['--version'],
  crane: ['version'],
  oras: ['version'],
  regctl: ['version'],
  helm: ['version'],
  openssl: ['version'],
};

/** A line for every client: its versions, or that it is absent. For docker all that are there, for each takes part. */
export function clientVersions(): string[] {
  return Object.entries(clients).map(([name, args]) => {
    const programs = findPrograms(name);
    const used = name === 'docker' ? programs : programs.slice(0, 1);
    const versions = [...new Set(used.map((program) => versionOf(program, args)))];
    return `${name.padEnd(10)} ${versions.join(', ') || 'absent'}`;
  });
}

function versionOf(program: string, args: string[]): string {
  // Some tell the version of Go as well, and Debian's notary nothing else.
  const said = output(program, args).replaceAll(/go ?version.*/gi, '');
  return found(said) ?? found(output('dpkg-query', ['-W', '-f', '${Version}', basename(program)])) ?? 'unknown';
}

const found = (text: string): string | undefined => /\d+\.\d+[\w.+-]*/.exec(text)?.[0];

function output(program: string, args: string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout}${stderr}`;
}
