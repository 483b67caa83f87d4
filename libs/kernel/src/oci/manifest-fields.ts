import { AppError } from '../errors';

/*
 * Readers of untrusted manifest JSON. They stop at the first fault, so that four megabytes of faults cost no more
 * than one. Absent, null and "" read as undefined: writers in Go leave such values in fields that they do not set.
 */

export type JsonObject = Record<string, unknown>;

/** `where` is the path of the field, `layers[2].size`. */
export function manifestFault(where: string, problem: string): AppError {
  return new AppError('MANIFEST_INVALID', `invalid manifest: ${where} ${problem}`, { detail: { where } });
}

export function readObject(value: unknown, where: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw manifestFault(where, 'must be an object');
  return value;
}

export function readText(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return storableText(value, where);
}

export function readTextMap(value: unknown, where: string): Record<string, string> | undefined {
  const fields = readObject(value, where);
  return fields && Object.fromEntries(Object.entries(fields).map(([key, text]) => textEntry(key, text, where)));
}

export function readTextList(value: unknown, where: string): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw manifestFault(where, 'must be an array');
  return value.map((item) => storableText(item, `an item of ${where}`));
}

/** An object of any shape that the database can keep. Recursion is safe: parseJson has bounded the depth. */
export function readStorableObject(value: unknown, where: string): JsonObject | undefined {
  const fields = readObject(value, where);
  if (fields !== undefined) assertStorable(fields, where);
  return fields;
}

function assertStorable(value: unknown, where: string): void {
  if (typeof value === 'string') storableText(value, `a text of ${where}`);
  else if (Array.isArray(value)) value.forEach((item) => assertStorable(item, where));
  else if (isObject(value))
    Object.entries(value)
      .flat()
      .forEach((item) => assertStorable(item, where));
}

function textEntry(key: string, text: unknown, where: string): [string, string] {
  return [storableText(key, `a key of ${where}`), storableText(text, `a value of ${where}`)];
}

/** Postgres stores neither NUL nor half a surrogate pair, both of which JSON can escape. */
function storableText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw manifestFault(where, 'must be a string');
  if (value.includes('\0') || /\p{Cs}/u.test(value)) throw manifestFault(where, 'holds NUL or a broken character');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
