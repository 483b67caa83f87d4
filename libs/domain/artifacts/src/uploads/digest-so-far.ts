import { randomUUID, type Hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Changes when the machine starts anew; where the system does not tell, when the process does. */
const bootId = readBootId();

/**
 * The digest of what an upload has received, as its session keeps it. The bytes reach stable storage only when the
 * upload ends, so after a power cut the file may hold less, or zeros: a digest from before it is not believed.
 */
export function writeDigestSoFar(hash: Hash): string {
  return `${hash.copy().digest('hex')} ${bootId}`;
}

/**
 * The digest in hex, or undefined when the upload must be read again. `durable`: storage keeps every byte it took (S3),
 * so it does not matter when, and on which machine, the digest was made.
 */
export function readDigestSoFar(text: string | null, { durable = false } = {}): string | undefined {
  const [hex, boot] = text?.split(' ') ?? [];
  return durable || boot === bootId ? hex : undefined;
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
