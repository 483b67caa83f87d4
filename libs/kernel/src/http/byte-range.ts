import { AppError } from '../errors';
import { excerpt } from '../excerpt';

/** Both ends count, from 0: `{ start: 0, end: 9 }` is ten bytes. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Which bytes of a body of `size` a Range header asks for (RFC 9110 section 14.2). Undefined means the whole body:
 * there is no header, it is of another unit, or it lists several ranges, which a server may ignore.
 * Throws RANGE_INVALID when no byte can be served.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, set] = /^bytes=(.*)$/i.exec(header?.trim() ?? '') ?? [];
  if (set === undefined || set.includes(',')) return undefined;
  const range = resolveRange(set.trim(), size);
  if (range === undefined || range.start > range.end) {
    throw new AppError('RANGE_INVALID', `range ${excerpt(set)} is not within the ${size} bytes`, { detail: { size } });
  }
  return range;
}

function resolveRange(set: string, size: number): ByteRange | undefined {
  const [, first, last] = /^(\d*)-(\d*)$/.exec(set) ?? [];
  if (first === undefined || last === undefined) return undefined;
  if (first === '') return last === '' ? undefined : { start: Math.max(0, size - Number(last)), end: size - 1 };
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

/**
 * The Content-Range of an upload's chunk: `<start>-<end>` (distribution-spec "Pushing a blob in chunks"), or HTTP's
 * own form with `bytes` and a total, as some clients send it. Throws BLOB_UPLOAD_INVALID.
 */
export function parseContentRange(header: string): ByteRange {
  const [, first, last] = /^(?:bytes )?(\d{1,16})-(\d{1,16})(?:\/(?:\d+|\*))?$/i.exec(header.trim()) ?? [];
  const range = { start: Number(first), end: Number(last) };
  if (!Number.isSafeInteger(range.end) || !(range.start <= range.end)) {
    throw new AppError('BLOB_UPLOAD_INVALID', `invalid Content-Range ${excerpt(header)}: expected <start>-<end>`);
  }
  return range;
}
