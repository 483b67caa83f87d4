import { parseJson, type Descriptor } from '@breakwater/kernel';
import type { Readable } from 'node:stream';

/** Larger configs exist only to be a burden; they are stored, but not read. */
const maxConfigBytes = 1024 * 1024;

export type ConfigObject = Record<string, unknown>;

/** The config as an object. One that is large, or no JSON object, says nothing: `{}`. */
export async function readConfigJson(descriptor: Descriptor, open: () => Promise<Readable>): Promise<ConfigObject> {
  if (descriptor.size > maxConfigBytes) return {};
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of await open()) {
    bytes += (chunk as Buffer).length;
    // The descriptor may lie about the size.
    if (bytes > maxConfigBytes) return {};
    chunks.push(chunk as Buffer);
  }
  return parseObject(Buffer.concat(chunks));
}

function parseObject(bytes: Buffer): ConfigObject {
  let config: unknown;
  try {
    config = parseJson(bytes, { maxDepth: 32 });
  } catch {
    return {};
  }
  return typeof config === 'object' && config !== null && !Array.isArray(config) ? (config as ConfigObject) : {};
}
