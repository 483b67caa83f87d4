import { SignatureFault } from '@breakwater/kernel';

/** One element of ITU-T X.690 DER. */
export interface Der {
  /** The identifier octet, with its class and the constructed bit. */
  tag: number;
  content: Buffer;
  /** The whole element, as it stands in the input. */
  raw: Buffer;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag `[n]` of a field that is constructed, or primitive. */
export const context = (n: number, form: 'constructed' | 'primitive' = 'constructed'): number =>
  n | (form === 'constructed' ? 0xa0 : 0x80);

/** Exactly one element: bytes after it are a fault. */
export function readDer(bytes: Buffer): Der {
  const der = elementAt(bytes, 0);
  if (der.raw.length !== bytes.length) throw new SignatureFault('there are bytes after the end of the DER element');
  return der;
}

/** The elements inside a constructed one, or inside an octet string that holds DER. Depth is the caller's: no recursion. */
export function childrenOf(der: Der): Der[] {
  const children: Der[] = [];
  for (let offset = 0; offset < der.content.length;) {
    const child = elementAt(der.content, offset);
    children.push(child);
    offset += child.raw.length;
  }
  return children;
}

/** As `childrenOf`, of an element that must have this tag. */
export function fieldsOf(der: Der | undefined, tag: number, what: string): Der[] {
  return childrenOf(expectTag(der, tag, what));
}

export function expectTag(der: Der | undefined, tag: number, what: string): Der {
  if (der?.tag !== tag) throw new SignatureFault(`${what} is missing or of the wrong kind`);
  return der;
}

function elementAt(bytes: Buffer, offset: number): Der {
  const tag = byteAt(bytes, offset);
  if ((tag & 0x1f) === 0x1f) throw new SignatureFault('a DER tag has a number that is not supported');
  const { length, width } = lengthAt(bytes, offset + 1);
  const start = offset + 1 + width;
  if (start + length > bytes.length) throw new SignatureFault('a DER element is longer than what holds it');
  return { tag, content: bytes.subarray(start, start + length), raw: bytes.subarray(offset, start + length) };
}

/** X.690 8.1.3 and 10.1: definite, and in the fewest octets. */
function lengthAt(bytes: Buffer, offset: number): { length: number; width: number } {
  const first = byteAt(bytes, offset);
  if (first < 0x80) return { length: first, width: 1 };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) throw new SignatureFault('a DER length is indefinite or too long');
  let length = 0;
  for (let i = 1; i <= octets; i++) length = length * 256 + byteAt(bytes, offset + i);
  if (length < 0x80 || length < 256 ** (octets - 1)) throw new SignatureFault('a DER length is not the shortest');
  return { length, width: 1 + octets };
}

function byteAt(bytes: Buffer, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new SignatureFault('DER ends in the middle of an element');
  return byte;
}
