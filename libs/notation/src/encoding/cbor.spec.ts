import fc from 'fast-check';
import { encodeCbor } from '@breakwater/testing/signing';
import { CborTag, decodeCbor } from './cbor';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('CBOR', () => {
  // RFC 8949, appendix A.
  it.each<[string, unknown]>([
    ['00', 0],
    ['1818', 24],
    ['1903e8', 1000],
    ['1b000000e8d4a51000', 1000000000000],
    ['1bffffffffffffffff', 18446744073709551615n],
    ['3903e7', -1000],
    ['3bffffffffffffffff', -18446744073709551616n],
    ['f4', false],
    ['f6', null],
    ['4401020304', hex('01020304')],
    ['62c3bc', 'ü'],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    [
      'a26161016162820203',
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    ['c11a514b67b0', new CborTag(1, 1363896240)],
  ])('%s is read', (bytes, value) => {
    expect(decodeCbor(hex(bytes))).toEqual(value);
  });

  it.each([
    ['nothing', ''],
    ['bytes after the end', '0000'],
    ['an array cut short', '8201'],
    ['a length that nothing could hold', '9affffffff'],
    ['a length of 64 bits', '5bffffffffffffffff'],
    ['indefinite length', '9f01ff'],
    ['a float', 'f93c00'],
    ['undefined', 'f7'],
    ['text that is not UTF-8', '61ff'],
    ['one key twice', 'a2616101616102'],
    ['a key of another kind', 'a1810101'],
    ['too many levels', `${'81'.repeat(20)}00`],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeCbor(hex(bytes))).toThrow(expect.objectContaining({ name: 'SignatureFault' }));
  });

  it('is read as it was written, and throws nothing but faults', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.string(),
        fc.boolean(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value')).map((entries) => new Map(Object.entries(entries))),
      ),
    }));
    fc.assert(fc.property(value, (written) => expect(decodeCbor(encodeCbor(written))).toEqual(written)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeCbor(Buffer.from(bytes));
        } catch (error) {
          expect((error as Error).name).toBe('SignatureFault');
        }
      }),
    );
  });
});
