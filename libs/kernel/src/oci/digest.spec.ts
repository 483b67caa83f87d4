import fc from 'fast-check';
import { AppError } from '../errors';
import { digestOf, formatDigest, isDigest, parseDigest } from './digest';

const EMPTY_JSON = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
const bytes = fc.uint8Array({ maxLength: 200 });
const algorithm = fc.constantFrom('sha256' as const, 'sha512' as const);

describe('digestOf', () => {
  it('is sha256 unless another algorithm is named', () => {
    expect(digestOf(Buffer.from('{}'))).toBe(EMPTY_JSON);
    expect(digestOf(Buffer.from(''), 'sha512')).toMatch(/^sha512:cf83e1357eefb8bd/);
  });

  it('gives digests that parse and print the same', () => {
    fc.assert(
      fc.property(bytes, algorithm, (content, name) => {
        const digest = parseDigest(digestOf(content, name));
        expect(digest.algorithm).toBe(name);
        expect(digest.hex).toHaveLength(name === 'sha256' ? 64 : 128);
        expect(formatDigest(digest)).toBe(digestOf(content, name));
      }),
    );
  });
});

describe('parseDigest', () => {
  it.each([
    ['nothing', ''],
    ['no algorithm', '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'],
    ['an empty encoded part', 'sha256:'],
    ['a short encoded part', EMPTY_JSON.slice(0, -1)],
    ['a long encoded part', `${EMPTY_JSON}0`],
    ['the length of another algorithm', EMPTY_JSON.replace('sha256', 'sha512')],
    ['upper-case hex', EMPTY_JSON.replace('f', 'F')],
    ['an upper-case algorithm', EMPTY_JSON.replace('sha', 'SHA')],
    ['an unsupported algorithm', `blake3:${'0'.repeat(64)}`],
    ['a retired algorithm', `md5:${'0'.repeat(32)}`],
    ['a line break at the end', `${EMPTY_JSON}\n`],
    ['a path', `sha256:../${EMPTY_JSON.slice(10)}`],
  ])('refuses %s', (_, text) => {
    expect(isDigest(text)).toBe(false);
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });

  it('refuses a digest when any one character of it is upper-cased', () => {
    fc.assert(
      fc.property(bytes, algorithm, fc.nat(140), (content, name, at) => {
        const text = digestOf(content, name);
        const changed = text.slice(0, at) + text.slice(at, at + 1).toUpperCase() + text.slice(at + 1);
        expect(isDigest(changed)).toBe(changed === text);
      }),
    );
  });

  it('either parses any text and prints it again, or throws DIGEST_INVALID with a short message', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^sha(256|512):[0-9a-f]*$/)), (text) => {
        try {
          expect(formatDigest(parseDigest(text))).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(error).toMatchObject({ code: 'DIGEST_INVALID' });
        }
      }),
    );
    expect(() => parseDigest('x'.repeat(10_000))).toThrow(/^.{0,200}$/);
  });
});
