import { TufError } from './errors';

/** Deeper than any metadata goes, and shallow enough for the stack. */
const maxDepth = 128;

/**
 * Canonical JSON as Notary v1 writes it (signing.md section 3): keys sorted by their UTF-8 bytes, no whitespace, strings
 * escape `"` and `\` only, integers only. Throws TufError for what has no such form.
 */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(text(value, 0));
}

function text(value: unknown, depth: number): string {
  if (depth > maxDepth) throw new TufError('the JSON is nested too deeply');
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return integer(value);
  if (Array.isArray(value)) return `[${value.map((item) => text(item, depth + 1)).join(',')}]`;
  if (typeof value === 'object') return object(value as Record<string, unknown>, depth);
  throw new TufError(`a ${typeof value} has no canonical form`);
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TufError('numbers must be integers');
  return String(value);
}

const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`;

function object(value: Record<string, unknown>, depth: number): string {
  const keys = Object.keys(value)
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  return `{${keys.map(({ key }) => `${quoted(key)}:${text(value[key], depth + 1)}`).join(',')}}`;
}
