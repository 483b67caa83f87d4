import { AppError } from '@breakwater/kernel';
import { z } from 'zod';

/** What the job service sent, in its shape. Throws BAD_REQUEST. */
export function parsed<T extends z.ZodType>(shape: T, value: unknown): z.output<T> {
  const result = shape.safeParse(value);
  if (!result.success) throw new AppError('BAD_REQUEST', z.prettifyError(result.error));
  return result.data;
}
