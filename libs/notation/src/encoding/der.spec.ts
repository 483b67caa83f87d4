import fc from 'fast-check';
import { childrenOf, context, readDer, tags } from './der';
import { bitsOf, booleanOf, hexIntegerOf, oidOf, smallIntegerOf, timeOf } from './der-values';
import { der, derInteger, derOid } from './der-writer';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('DER', () => {
  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['an element cut short', '300501'],
    ['bytes after the end', '300000'],
    ['indefinite length', '30800000'],
    ['a length that could be shorter', '308100'],
    ['a length with a zero in front', '30820001ff'],
    ['a tag number of many octets', '1f8100'],
    ['a length of five octets', '30850000000001ff'],
  ])('%s is refused', (_, bytes) => {
    expect(() => readDer(hex(bytes))).toThrow(expect.objectContaining({ name: 'SignatureFault' }));
  });

  it('is read as it was written, in all lengths', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65535, 65536]) {
      const content = Buffer.alloc(length, 7);
      expect(readDer(der(tags.octetString, content)).content).toEqual(content);
    }
    const list = der(tags.sequence, derInteger('ff'), der(context(0), derOid('2.5.29.15')));
    expect(childrenOf(readDer(list)).map(({ tag }) => tag)).toEqual([2, 0xa0]);
  });

  it('holds identifiers, numbers, bits, truths and times', () => {
    for (const oid of ['2.5.29.15', '1.2.840.113549.1.1.11', '2.16.840.1.101.3.4.2.1', '0.4.0.2023.1.1']) {
      expect(oidOf(readDer(derOid(oid)), 'x')).toBe(oid);
    }
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n }), (n) => {
        const text = n.toString(16);
        expect(BigInt(`0x${hexIntegerOf(readDer(derInteger(text)), 'x')}`)).toBe(n);
      }),
    );
    expect([...bitsOf(readDer(hex('030206c0')), 'x')]).toEqual([0, 1]);
    expect(booleanOf(readDer(hex('0101ff')), 'x')).toBe(true);
    expect(timeOf(readDer(der(tags.utcTime, Buffer.from('491231235959Z'))), 'x').toISOString()).toBe(
      '2049-12-31T23:59:59.000Z',
    );
    expect(timeOf(readDer(der(tags.utcTime, Buffer.from('500101000000Z'))), 'x').getUTCFullYear()).toBe(1950);
    expect(timeOf(readDer(der(tags.generalizedTime, Buffer.from('20260101000000.25Z'))), 'x').toISOString()).toBe(
      '2026-01-01T00:00:00.250Z',
    );
  });

  it.each<[string, () => unknown]>([
    ['an identifier cut short', () => oidOf(readDer(hex('060181')), 'x')],
    ['an empty identifier', () => oidOf(readDer(hex('0600')), 'x')],
    ['a truth of 1', () => booleanOf(readDer(hex('010101')), 'x')],
    ['an empty number', () => hexIntegerOf(readDer(hex('0200')), 'x')],
    ['a negative version', () => smallIntegerOf(hex('ff'), 'x')],
    ['a day that does not exist', () => timeOf(readDer(der(tags.utcTime, Buffer.from('260230000000Z'))), 'x')],
    [
      'a time in another form',
      () => timeOf(readDer(der(tags.generalizedTime, Buffer.from('2026-01-01T00:00:00.000Z'))), 'x'),
    ],
    ['a time of another zone', () => timeOf(readDer(der(tags.utcTime, Buffer.from('2601010000+0100'))), 'x')],
    ['a time that is missing', () => timeOf(undefined, 'x')],
  ])('%s is refused', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ name: 'SignatureFault' }));
  });
});
