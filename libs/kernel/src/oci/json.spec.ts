import fc from 'fast-check';
import { parseJson } from './json';

const parse = (text: string, maxDepth = 64) => parseJson(Buffer.from(text), { maxDepth });
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('parseJson', () => {
  it('allows exactly as many levels as it is told', () => {
    expect(parse(nested(64))).toBeInstanceOf(Array);
    expect(() => parse(nested(65))).toThrow(new SyntaxError('nested deeper than 64 levels'));
    expect(() => parse('[{"a":[1]}]', 2)).toThrow('nested deeper than 2 levels');
  });

  it('does not count brackets within strings', () => {
    expect(parse('["[[[{{{", "\\"[[[", "\\\\", {}]', 2)).toEqual(['[[[{{{', '"[[[', '\\', {}]);
  });

  it.each(['', '{', '"', '"\\', '{"a":1}}', '[1,]', '\ufeff{}', 'nul', '{"a":1}{'])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(SyntaxError);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), { maxDepth: 4 })).toThrow('not valid UTF-8');
    expect(() => parseJson(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), { maxDepth: 4 })).toThrow('not valid UTF-8');
  });

  it('reads a view that begins within a larger buffer', () => {
    expect(parseJson(new Uint8Array(Buffer.from('xx{"a":1}yy')).subarray(2, 9), { maxDepth: 4 })).toEqual({ a: 1 });
  });

  it('agrees with JSON.parse, and with the true depth', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 6 }), (value, maxDepth) => {
        const text = JSON.stringify(value);
        if (depthOf(value) <= maxDepth) expect(parse(text, maxDepth)).toEqual(JSON.parse(text));
        else expect(() => parse(text, maxDepth)).toThrow('nested deeper');
      }),
    );
  });

  it('refuses a bomb of brackets without building anything', () => {
    expect(() => parse('[{"a":'.repeat(700_000))).toThrow('nested deeper');
  });
});
