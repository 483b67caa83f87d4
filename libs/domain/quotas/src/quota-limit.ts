import { AppError } from '@breakwater/kernel';

/** 1024 TiB, as in Harbor. */
const mostBytes = 2 ** 50;

/** Throws BAD_REQUEST for what can be no project's limit. */
export function assertLimit(hard: number): void {
  if (hard === -1 || (Number.isSafeInteger(hard) && hard > 0 && hard <= mostBytes)) return;
  throw new AppError(
    'BAD_REQUEST',
    'the storage limit is a number of bytes above 0, at most 1024 TiB, or -1 for unlimited',
    {
      reason: 'quota.limit.invalid',
      params: { hard },
    },
  );
}
