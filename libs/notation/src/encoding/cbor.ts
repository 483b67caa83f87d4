import { isUtf8 } from 'node:buffer';
import { SignatureFault } from '@breakwater/kernel';

/** RFC 8949, as far as COSE_Sign1 needs it: no floats, no indefinite lengths, no simple values but the three. */
export type Cbor = number | bigint | string | Buffer | boolean | null | Cbor[] | CborMap | CborTag;
export type CborMap = Map<number | string, Cbor>;

export class CborTag {
  constructor(
    readonly tag: number,
    readonly value: Cbor,
  ) {}
}

const MAX_DEPTH = 16;

/** Exactly one item. Lengths, integers and keys must be unambiguous: a map that says one thing twice is a fault. */
export function decodeCbor(bytes: Buffer): Cbor {
  const reader = new CborReader(bytes);
  const value = reader.item(0);
  if (reader.offset !== bytes.length) throw new SignatureFault('there are bytes after the end of the CBOR item');
  return value;
}

class CborReader {
  offset = 0;

  constructor(private readonly bytes: Buffer) {}

  item(depth: number): Cbor {
    if (depth > MAX_DEPTH) throw new SignatureFault('CBOR is nested too deeply');
    const initial = this.take(1).readUInt8();
    const major = initial >> 5;
    if (major === 7) return simple(initial);
    return this.value(major, this.argument(initial & 0x1f), depth);
  }

  private value(major: number, argument: number | bigint, depth: number): Cbor {
    if (major === 0) return argument;
    if (major === 1) return typeof argument === 'bigint' ? -1n - argument : -1 - argument;
    if (typeof argument === 'bigint') throw new SignatureFault('a CBOR length is beyond reason');
    switch (major) {
      case 2:
        return this.take(argument);
      case 3:
        return this.text(argument);
      case 4:
        return this.array(argument, depth);
      case 5:
        return this.map(argument, depth);
      default:
        return new CborTag(argument, this.item(depth + 1));
    }
  }

  /** RFC 8949 section 3: the additional information, or the 1, 2, 4 or 8 bytes after it. */
  private argument(info: number): number | bigint {
    if (info < 24) return info;
    if (info > 27) throw new SignatureFault('CBOR of indefinite length is not supported');
    const width = 1 << (info - 24);
    const bytes = this.take(width);
    if (width < 8) return bytes.readUIntBE(0, width);
    const large = bytes.readBigUInt64BE();
    return large <= Number.MAX_SAFE_INTEGER ? Number(large) : large;
  }

  private text(length: number): string {
    const bytes = this.take(length);
    if (!isUtf8(bytes)) throw new SignatureFault('CBOR text is not UTF-8');
    return bytes.toString('utf8');
  }

  private array(length: number, depth: number): Cbor[] {
    this.mustHold(length);
    return Array.from({ length }, () => this.item(depth + 1));
  }

  private map(length: number, depth: number): CborMap {
    this.mustHold(length * 2);
    const map: CborMap = new Map();
    for (let i = 0; i < length; i++) {
      const key = this.item(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'string') throw new SignatureFault('a CBOR key is of an odd kind');
      if (map.has(key)) throw new SignatureFault(`CBOR has the key ${JSON.stringify(key)} twice`);
      map.set(key, this.item(depth + 1));
    }
    return map;
  }

  /** An item takes a byte at least: a count that the rest cannot hold is refused before anything is allocated for it. */
  private mustHold(items: number): void {
    if (items > this.bytes.length - this.offset) throw new SignatureFault('CBOR ends in the middle of an item');
  }

  private take(length: number): Buffer {
    this.mustHold(length);
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }
}

function simple(initial: number): boolean | null {
  if (initial === 0xf4) return false;
  if (initial === 0xf5) return true;
  if (initial === 0xf6) return null;
  throw new SignatureFault('CBOR holds a float or an unknown simple value');
}

/** The head of an item of this major type, RFC 8949 section 3, in the fewest bytes (4.2.1). */
export function cborHead(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.from([type | argument]);
  if (argument < 0x100) return Buffer.from([type | 24, argument]);
  const width = argument < 0x10000 ? 2 : 4;
  const head = Buffer.alloc(1 + width, type | (width === 2 ? 25 : 26));
  head.writeUIntBE(argument, 1, width);
  return head;
}
