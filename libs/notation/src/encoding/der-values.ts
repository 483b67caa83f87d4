import { SignatureFault } from '@breakwater/kernel';
import { type Der, expectTag, tags } from './der';

/** Dotted: `2.5.29.15`. */
export function oidOf(der: Der | undefined, what: string): string {
  const { content } = expectTag(der, tags.oid, what);
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new SignatureFault(`${what} is an object identifier of absurd size`);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first, ...others] = arcs;
  if (first === undefined || (content.at(-1) ?? 0) >= 0x80) throw new SignatureFault(`${what} is cut short`);
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...others].join('.');
}

/** A whole number that fits: versions, path lengths, seconds. */
export function smallIntegerOf(content: Buffer, what: string): number {
  if (content.length === 0 || content.length > 6 || (content[0] ?? 0) >= 0x80) {
    throw new SignatureFault(`${what} is not a whole number within reason`);
  }
  return content.readUIntBE(0, content.length);
}

/** A serial number in lower-case hex, without the sign octet. */
export function hexIntegerOf(der: Der | undefined, what: string): string {
  const { content } = expectTag(der, tags.integer, what);
  if (content.length === 0) throw new SignatureFault(`${what} is empty`);
  return content.toString('hex').replace(/^(?:00)+(?=..)/, '');
}

/** X.690 11.1: true is 0xff and nothing else. */
export function booleanOf(der: Der, what: string): boolean {
  const { content } = expectTag(der, tags.boolean, what);
  if (content.length !== 1 || (content[0] !== 0xff && content[0] !== 0)) {
    throw new SignatureFault(`${what} is neither true nor false`);
  }
  return content[0] === 0xff;
}

/** The positions of the bits that are set, the first is 0. */
export function bitsOf(der: Der, what: string): Set<number> {
  const { content } = expectTag(der, tags.bitString, what);
  const bits = new Set<number>();
  content.subarray(1).forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) bits.add(index * 8 + bit);
  });
  return bits;
}

const TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\.(\d{3})\d*Z$/;

/** RFC 5280 4.1.2.5: two-digit years from 50 are of the last century. Fractions are cut to milliseconds. */
export function timeOf(der: Der | undefined, what: string): Date {
  const digits = timeText(der).replace(/^(\d{14})(?:\.(\d{1,9}))?Z$/, '$1.$2000Z');
  const iso = TIME.test(digits) ? digits.replace(TIME, '$1-$2-$3T$4:$5:$6.$7Z') : '';
  const time = new Date(iso);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso) throw new SignatureFault(`${what} is not a time`);
  return time;
}

/** With four digits for the year, as GeneralizedTime has them; empty when it is neither kind of time. */
function timeText(der: Der | undefined): string {
  const text = der?.content.toString('latin1') ?? '';
  if (der?.tag === tags.generalizedTime) return text;
  if (der?.tag !== tags.utcTime || !/^\d{12}Z$/.test(text)) return '';
  return `${text >= '50' ? '19' : '20'}${text}`;
}
