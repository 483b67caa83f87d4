import { z } from 'zod';

/** Ids and sizes are bigint in Postgres and stay below 2^53. */
export const int64 = z
  .number()
  .int()
  .min(-Number.MAX_SAFE_INTEGER)
  .max(Number.MAX_SAFE_INTEGER)
  .meta({ format: 'int64' });

/** Sent as RFC 3339 in UTC with milliseconds: `2026-11-22T20:15:00.000Z`. */
export const time = z
  .date()
  .transform((date) => date.toISOString())
  .pipe(z.iso.datetime());

/** What Harbor sends for a time that never was, and its clients look for. */
export const neverTime = new Date('0001-01-01T00:00:00.000Z');

const yes = new Set(['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled']);

/** A boolean in a query: Harbor's server takes any of these words as true, and every other as false. */
export const queryBoolean = z
  .string()
  .max(16)
  .transform((text) => yes.has(text.toLowerCase()))
  .meta({ type: 'boolean', maxLength: undefined });

/** An id in a path. */
export const pathId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
