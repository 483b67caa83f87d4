import { AppError } from '@breakwater/kernel';

export interface Usage {
  /** Bytes; -1 is unlimited. */
  hard: number;
  /** Bytes. */
  used: number;
}

const unlimited = -1;
/** Of the limit; as in Harbor. */
export const warningPercent = 85;
const unit = 1024;

/**
 * Usage after `bytes` more, or less when negative. Giving back is always accepted, even above a limit that was lowered
 * since, and usage never falls below zero. Throws DENIED, reason `quota.exceeded`, with Harbor's sentence.
 */
export function usageAfter({ hard, used }: Usage, bytes: number): number {
  if (!isExceeded({ hard, used }, bytes)) return Math.max(0, used + bytes);
  throw new AppError(
    'DENIED',
    `adding ${displaySize(bytes)} of storage resource, which when updated to current usage of ${displaySize(used)} will exceed the configured upper limit of ${displaySize(hard)}.`,
    { reason: 'quota.exceeded', params: { bytes, used, hard } },
  );
}

/** Whether `bytes` more are more than the limit. */
export function isExceeded({ hard, used }: Usage, bytes: number): boolean {
  return bytes > 0 && hard !== unlimited && used + bytes > hard;
}

/** Whether usage was below the share that is warned of, and is not any more. */
export function crossesWarning({ hard, used: before }: Usage, after: number): boolean {
  if (hard === unlimited) return false;
  const line = (hard * warningPercent) / 100;
  return before < line && after >= line;
}

/** `512 B`, `1.5 MiB`: one decimal from a KiB on, as Harbor shows sizes. */
export function displaySize(bytes: number): string {
  if (bytes < unit) return `${bytes} B`;
  let value = bytes / unit;
  let exponent = 0;
  while (value >= unit && exponent < 5) {
    value /= unit;
    exponent += 1;
  }
  return `${value.toFixed(1)} ${'KMGTPE'[exponent] ?? 'E'}iB`;
}
