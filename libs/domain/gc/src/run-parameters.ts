import { AppError } from '@breakwater/kernel';
import { z } from 'zod';

/** The parameters of a run, in their shape. `of`: what it is a run of, in words and in reasons. Throws BAD_REQUEST. */
export function readRunParameters<T extends z.ZodType>(
  shape: T,
  parameters: Record<string, unknown>,
  of: { words: string; reason: string },
): z.output<T> {
  const read = shape.safeParse(parameters);
  if (read.success) return read.data;
  throw new AppError('BAD_REQUEST', `invalid parameters of ${of.words}: ${z.prettifyError(read.error)}`, {
    reason: `${of.reason}.parameters.invalid`,
  });
}
