import type { SignatureVerdict } from '@breakwater/kernel';

const maxText = 2_048;
const maxItems = 100;

/** Signatures say what they like; a row of them shall be neither unstorable nor endless. */
export function storable(verdict: SignatureVerdict): SignatureVerdict {
  const { trustedBy } = verdict;
  return { ...(bounded(verdict) as SignatureVerdict), trustedBy };
}

/** JSON in Postgres holds neither NUL nor half of a surrogate pair. */
const unstorable = /\0|\p{Surrogate}/gu;

function bounded(value: unknown): unknown {
  if (typeof value === 'string') return boundedText(value);
  if (Array.isArray(value)) return value.slice(0, maxItems).map(bounded);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value)
    .slice(0, maxItems)
    .map(([key, item]): [string, unknown] => [boundedText(key), bounded(item)]);
  return Object.fromEntries(entries);
}

function boundedText(text: string): string {
  const cut = text.length > maxText ? `${text.slice(0, maxText)}…` : text;
  return cut.replace(unstorable, '\ufffd');
}
