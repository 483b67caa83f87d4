import type { Template } from './cryptoki';

/** Bytes of a CK_ULONG where it is as wide as a pointer: on every 64-bit system but Windows. */
export const wordBytes = 8;

/** Bytes that stay where they are: what Node keeps in an ArrayBuffer of its own, the garbage collector does not move. */
export const fixedBytes = (length: number): Buffer => Buffer.from(new ArrayBuffer(length));

export function word(value: bigint | number): Buffer {
  const bytes = fixedBytes(wordBytes);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** CK_MECHANISM without a parameter. */
export function mechanismOf(type: number): Buffer {
  const bytes = fixedBytes(3 * wordBytes);
  bytes.writeBigUInt64LE(BigInt(type));
  return bytes;
}

/** An array of CK_ATTRIBUTE, and the values that it points to, which have to be kept as long as it is used. */
export interface PackedTemplate {
  bytes: Buffer;
  count: number;
  values: readonly Buffer[];
}

/** `addressOf`: where bytes are in memory. */
export function packed(template: Template, addressOf: (bytes: Buffer) => bigint): PackedTemplate {
  const bytes = fixedBytes(template.length * 3 * wordBytes);
  const values = template.map(([type, value], index) => {
    const own = valueBytes(value);
    const at = index * 3 * wordBytes;
    bytes.writeBigUInt64LE(BigInt(type), at);
    bytes.writeBigUInt64LE(addressOf(own), at + wordBytes);
    bytes.writeBigUInt64LE(BigInt(own.length), at + 2 * wordBytes);
    return own;
  });
  return { bytes, count: template.length, values };
}

function valueBytes(value: Buffer | boolean | bigint): Buffer {
  if (typeof value === 'bigint') return word(value);
  const given = typeof value === 'boolean' ? Buffer.from([Number(value)]) : value;
  const own = fixedBytes(given.length);
  given.copy(own);
  return own;
}
