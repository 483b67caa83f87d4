import type { AppError } from '@breakwater/kernel';
import { AppErrors } from '@breakwater/platform';

/** `found`, when it has all of the digests that were wanted. Throws one error for each that is missing. */
export function requireAll<T extends { digest: string }>(
  wanted: readonly string[],
  found: T[],
  missing: (digest: string) => AppError,
): T[] {
  const have = new Set(found.map(({ digest }) => digest));
  const [first, ...others] = wanted.filter((digest) => !have.has(digest)).map((digest) => missing(digest));
  if (first) throw new AppErrors([first, ...others]);
  return found;
}
