import fc from 'fast-check';
import { parseByteRange, parseContentRange } from './byte-range';

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=10-', { start: 10, end: 99 }],
    ['bytes=-1', { start: 99, end: 99 }],
    ['bytes=-500', { start: 0, end: 99 }],
    ['bytes=90-500', { start: 90, end: 99 }],
    [`bytes=90-${'9'.repeat(40)}`, { start: 90, end: 99 }],
    ['Bytes= 0-9 ', { start: 0, end: 9 }],
  ])('%s of 100 bytes', (header, range) => {
    expect(parseByteRange(header, 100)).toEqual(range);
  });

  it.each([undefined, '', 'bytes', 'bytes 0-9', 'items=0-9', 'bytes=0-1,5-6', '0-9'])(
    'serves the whole for %j',
    (header) => {
      expect(parseByteRange(header, 100)).toBeUndefined();
    },
  );

  it.each([
    'bytes=100-',
    'bytes=100-200',
    'bytes=50-0',
    'bytes=500-0',
    'bytes=-0',
    'bytes=-',
    'bytes=',
    'bytes=a-b',
    'bytes=0x1-2',
    'bytes=--1',
  ])('refuses %s of 100 bytes', (header) => {
    expect(() => parseByteRange(header, 100)).toThrow(
      expect.objectContaining({ code: 'RANGE_INVALID', detail: { size: 100 } }),
    );
  });

  it.each(['bytes=0-', 'bytes=0-0', 'bytes=-1'])('refuses %s of nothing', (header) => {
    expect(() => parseByteRange(header, 0)).toThrow(expect.objectContaining({ code: 'RANGE_INVALID' }));
  });

  it('selects the bytes that a list of positions would', () => {
    const bound = fc.option(fc.nat(40), { nil: undefined });
    fc.assert(
      fc.property(fc.nat(30), bound, bound, (size, first, last) => {
        const positions = [...Array(size).keys()].filter((position) => {
          if (first === undefined) return last !== undefined && position >= size - last;
          return position >= first && position <= (last ?? size) && first <= (last ?? first);
        });
        const parse = () => parseByteRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
        if (positions.length === 0) expect(parse).toThrow(expect.objectContaining({ code: 'RANGE_INVALID' }));
        else expect(parse()).toEqual({ start: positions[0], end: positions.at(-1) });
      }),
      { numRuns: 1000 },
    );
  });

  it('gives a range within the body for any header, or none, or RANGE_INVALID', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=[-,0-9 ]{0,8}$/));
    fc.assert(
      fc.property(header, fc.nat(100), (text, size) => {
        try {
          const range = parseByteRange(text, size) ?? { start: 0, end: size };
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThanOrEqual(size);
        } catch (error) {
          expect(error).toMatchObject({ code: 'RANGE_INVALID' });
        }
      }),
    );
  });
});

describe('parseContentRange', () => {
  it.each([
    ['0-9', { start: 0, end: 9 }],
    ['10-10', { start: 10, end: 10 }],
    ['bytes 0-9/*', { start: 0, end: 9 }],
    ['bytes 5-9/10', { start: 5, end: 9 }],
    ['0-9/10', { start: 0, end: 9 }],
    [' 0-9 ', { start: 0, end: 9 }],
  ])('%s', (header, range) => {
    expect(parseContentRange(header)).toEqual(range);
  });

  it.each([
    '',
    '-',
    '0',
    '0-',
    '-9',
    '9-0',
    'a-b',
    '0-9-10',
    '0-9/',
    'bytes */10',
    'bytes=0-9',
    '1.5-2',
    '0-9007199254740992',
    `0-${'9'.repeat(30)}`,
  ])('refuses %j', (header) => {
    expect(() => parseContentRange(header)).toThrow(expect.objectContaining({ code: 'BLOB_UPLOAD_INVALID' }));
  });

  it('reads back every range in either form', () => {
    const position = fc.maxSafeNat();
    fc.assert(
      fc.property(
        position,
        position,
        fc.constantFrom('', 'bytes '),
        fc.constantFrom('', '/*'),
        (a, b, prefix, total) => {
          const range = { start: Math.min(a, b), end: Math.max(a, b) };
          expect(parseContentRange(`${prefix}${range.start}-${range.end}${total}`)).toEqual(range);
        },
      ),
    );
  });
});
