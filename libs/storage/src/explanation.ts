import { AppError } from '@breakwater/kernel';

/** What an operator can do about a storage that fails. */
export interface Explanation {
  reason: string;
  message: string;
}

/** UNAVAILABLE with a message that says what to do; paths and addresses stay in `cause`. */
export function unavailable({ reason, message }: Explanation, cause: unknown): AppError {
  return new AppError('UNAVAILABLE', message, { reason, cause });
}

/** What runs operations and rejects with `explain` of what they reject with. */
export function explaining(explain: (error: unknown) => unknown) {
  return async <T>(operation: () => Promise<T>): Promise<T> => {
    try {
      return await operation();
    } catch (error) {
      throw explain(error);
    }
  };
}
