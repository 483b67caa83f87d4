import { isUtf8 } from 'node:buffer';

export interface JsonLimits {
  /** How many arrays and objects may stand inside each other. */
  maxDepth: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * JSON.parse for untrusted bytes. Encoding and depth are checked first, in one pass that allocates nothing, so that
 * code which walks the result may recurse. Throws SyntaxError.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  if (!isUtf8(bytes)) throw new SyntaxError('not valid UTF-8');
  if (isDeeperThan(bytes, limits.maxDepth)) throw new SyntaxError(`nested deeper than ${limits.maxDepth} levels`);
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}

/** In UTF-8 every byte below 0x80 is a character of its own, so structure can be read without decoding. */
function isDeeperThan(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const step = depthStep(bytes[i]);
    if (step !== 0) depth += step;
    else if (bytes[i] === QUOTE) i = endOfString(bytes, i);
    if (depth > maxDepth) return true;
  }
  return false;
}

/** `{` and `[` differ in one bit, as do `}` and `]`. */
function depthStep(byte: number | undefined): number {
  if (byte === undefined) return 0;
  if ((byte | 0x20) === 0x7b) return 1;
  return (byte | 0x20) === 0x7d ? -1 : 0;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}
