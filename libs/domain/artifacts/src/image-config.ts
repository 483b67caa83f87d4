import { parseJson, type Descriptor } from '@breakwater/kernel';
import type { Readable } from 'node:stream';

/** Larger configs exist only to be a burden; they are stored, but not read. */
const maxConfigBytes = 1024 * 1024;

/** What the API shows of an image's config (`extra_attrs`). */
const attributes = ['architecture', 'os', 'os.version', 'variant', 'author', 'created', 'config'];

/**
 * Reads what people want to see from an image's config (decision 16: at push, so that nobody opens blobs later).
 * A config that is no JSON object says nothing; the push does not fail for it.
 */
export async function readImageConfig(
  descriptor: Descriptor,
  open: () => Promise<Readable>,
): Promise<Record<string, unknown>> {
  if (descriptor.size > maxConfigBytes) return {};
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of await open()) {
    bytes += (chunk as Buffer).length;
    // The descriptor may lie about the size.
    if (bytes > maxConfigBytes) return {};
    chunks.push(chunk as Buffer);
  }
  return pickAttributes(Buffer.concat(chunks));
}

function pickAttributes(bytes: Buffer): Record<string, unknown> {
  let config: unknown;
  try {
    config = parseJson(bytes, { maxDepth: 32 });
  } catch {
    return {};
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return {};
  const found = Object.entries(config).filter(([name, value]) => attributes.includes(name) && value !== null);
  return storable(Object.fromEntries(found)) ? Object.fromEntries(found) : {};
}

/** Postgres's jsonb holds neither NUL nor half a surrogate pair; JSON.stringify escapes both. */
function storable(value: unknown): boolean {
  return !/\\u(?:0000|d[89a-f])/.test(JSON.stringify(value));
}
