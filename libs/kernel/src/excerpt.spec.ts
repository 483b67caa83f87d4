import fc from 'fast-check';
import { excerpt } from './excerpt';

describe('excerpt', () => {
  it('quotes and escapes', () => {
    expect(excerpt('a"b\n')).toBe('"a\\"b\\n"');
  });

  it('is short and one line for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(excerpt(text)).toMatch(/^"[^\n\r\0]*"$/);
        expect(excerpt(text).length).toBeLessThanOrEqual(81 * 6 + 2);
      }),
    );
  });
});
