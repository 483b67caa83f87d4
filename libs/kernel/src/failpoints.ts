/**
 * Moments of a push at which a crash test has the process kill itself, in their order: what is on disk or in the
 * database just before must be enough, or must do no harm (docs/operations/durability.md).
 */
export const failpoints = [
  'upload.after-write',
  'upload.after-fsync',
  'upload.after-rename',
  'upload.after-folder-sync',
  'blob.before-commit',
  'blob.after-commit',
  'blob.before-201',
  'manifest.before-commit',
  'manifest.after-commit',
  'manifest.before-201',
] as const;

/** The same for a publication of trust data. */
export const trustFailpoints = ['trust.after-files', 'trust.before-commit', 'trust.after-commit'] as const;

export type Failpoint = (typeof failpoints)[number] | (typeof trustFailpoints)[number];

/** One failpoint that is armed, and how many arrivals there it takes. */
export interface ArmedFailpoint {
  name: Failpoint;
  arrivals: number;
}

let armed: ArmedFailpoint | undefined;

/** Reads `name` or `name:arrivals`; undefined when there is no such failpoint. */
export function parseFailpoint(text: string): ArmedFailpoint | undefined {
  const [, written, arrivals = '1'] = /^([a-z0-9.-]+)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  const name = [...failpoints, ...trustFailpoints].find((known) => known === written);
  return name && { name, arrivals: Number(arrivals) };
}

/** Arms one failpoint of this process, or none. */
export function armFailpoint(failpoint: ArmedFailpoint | undefined): void {
  armed = failpoint && { ...failpoint };
}

/** Marks a moment. Costs a comparison, unless the process was started to die there. */
export function failpoint(name: Failpoint): void {
  if (armed === undefined || armed.name !== name) return;
  armed.arrivals -= 1;
  if (armed.arrivals === 0) process.kill(process.pid, 'SIGKILL');
}
