import { storageError } from '@breakwater/contracts';
import { AppError, errorStatus, type ErrorCode } from '@breakwater/kernel';
import { z } from 'zod';

const answer = z.object({ errors: z.array(storageError).min(1) });

/** What registryctl refused, as it said it. */
export async function answeredError(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => undefined);
  const [error] = answer.safeParse(body).data?.errors ?? [];
  return appError(error ?? { code: 'UNKNOWN', message: `registryctl answered ${response.status}` });
}

export function appError({ code, message, reason }: z.output<typeof storageError>): AppError {
  return new AppError(Object.hasOwn(errorStatus, code) ? (code as ErrorCode) : 'UNKNOWN', message, { reason });
}

/** For a connection that was refused or broke: the job tries again later. */
export function unreachable(cause: unknown): never {
  throw new AppError('UNAVAILABLE', 'registryctl cannot be reached', { reason: 'registryctl.unreachable', cause });
}
