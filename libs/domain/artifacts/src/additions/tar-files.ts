import { AppError } from '@breakwater/kernel';
import { tooLarge, unreadable } from './addition-errors';

const block = 512;

export interface TarLimits {
  /** Of the whole archive, unpacked. */
  maxBytes: number;
  /** Of a file that is wanted. */
  maxFileBytes: number;
}

/**
 * The regular files of a tar archive whose path `wanted` takes, by what it makes of the path; the first of each. Nothing
 * is written anywhere. Throws UNPROCESSABLE_ENTITY for what is no archive, or one that is larger than the limits.
 */
export async function filesOfTar(
  archive: AsyncIterable<Buffer>,
  wanted: (path: string) => string | undefined,
  limits: TarLimits,
): Promise<Map<string, Buffer>> {
  const bytes = new Bytes(archive, limits.maxBytes);
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (;;) {
    const header = readHeader(await bytes.take(block));
    if (!header) return files;
    const { size } = header;
    if (header.kind === 'name') {
      longName = header.parseName(await take(bytes, size, limits.maxFileBytes)) ?? longName;
      continue;
    }
    const name = header.kind === 'file' ? wanted(longName ?? header.name) : undefined;
    longName = undefined;
    if (name === undefined || files.has(name)) await bytes.skip(padded(size));
    else files.set(name, await take(bytes, size, limits.maxFileBytes));
  }
}

const padded = (size: number): number => Math.ceil(size / block) * block;

async function take(bytes: Bytes, size: number, maxBytes: number): Promise<Buffer> {
  if (size > maxBytes) throw tooLarge();
  const content = await bytes.take(padded(size));
  if (!content) throw unreadable('the archive ends in the middle of a file');
  return content.subarray(0, size);
}

/** Reads a stream in pieces of the wanted length. */
class Bytes {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);
  private total = 0;

  constructor(
    source: AsyncIterable<Buffer>,
    private readonly maxBytes: number,
  ) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** Undefined when the stream ends before. */
  async take(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0;) {
      const part = await this.some(missing);
      if (!part) return undefined;
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0;) missing -= (await this.some(missing))?.length ?? missing;
  }

  private async some(most: number): Promise<Buffer | undefined> {
    while (this.rest.length === 0) {
      const { done, value } = await this.chunks.next();
      if (done) return undefined;
      this.total += value.length;
      if (this.total > this.maxBytes) throw tooLarge();
      this.rest = value;
    }
    const part = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(most);
    return part;
  }
}

type Header =
  | { kind: 'file' | 'other'; name: string; size: number }
  | { kind: 'name'; size: number; parseName: (content: Buffer) => string | undefined };

/** POSIX.1-1988 "ustar", pax's and GNU's long names. Undefined at the end of the archive. */
function readHeader(header: Buffer | undefined): Header | undefined {
  if (!header || header.every((byte) => byte === 0)) return undefined;
  if (readNumber(header, 148, 8) !== checksum(header)) throw unreadable('a header of the archive is damaged');
  const size = readNumber(header, 124, 12);
  const type = String.fromCharCode(header[156] ?? 0);
  if (type === 'L') return { kind: 'name', size, parseName: (content) => readText(content, 0, content.length) };
  if (type === 'x') return { kind: 'name', size, parseName: paxPath };
  return { kind: type === '0' || type === '\0' ? 'file' : 'other', name: readName(header), size };
}

function readName(header: Buffer): string {
  const name = readText(header, 0, 100);
  const prefix = readText(header, 257, 5) === 'ustar' ? readText(header, 345, 155) : '';
  return prefix ? `${prefix}/${name}` : name;
}

function readText(bytes: Buffer, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}

function readNumber(bytes: Buffer, from: number, length: number): number {
  const text = readText(bytes, from, length).trim();
  if (!/^[0-7]*$/.test(text)) throw unreadable('a header of the archive is damaged');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

/** Its own field counts as spaces. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

/** Records are `<length> <key>=<value>\n`. */
function paxPath(content: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1];
}

/** What went wrong in the archive or its compression is the artifact's fault; the rest is ours. */
export function asUnreadable(error: unknown): AppError {
  return error instanceof AppError ? error : unreadable('the archive is damaged');
}
