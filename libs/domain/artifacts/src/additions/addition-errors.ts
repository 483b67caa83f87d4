import { AppError } from '@breakwater/kernel';

export function tooLarge(): AppError {
  return new AppError('UNPROCESSABLE_ENTITY', 'the content is too large to be shown', {
    reason: 'addition.too-large',
  });
}

/** The artifact is not what its type says. */
export function unreadable(why: string): AppError {
  return new AppError('UNPROCESSABLE_ENTITY', `the content cannot be read: ${why}`, { reason: 'addition.unreadable' });
}
