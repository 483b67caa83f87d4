import fc from 'fast-check';
import { AppError } from '../errors';
import { compileGlob } from './glob';

describe('compileGlob', () => {
  it.each([
    ['', 'anything/at:all', true],
    ['**', '', true],
    ['**', 'a/b/c', true],
    ['*', 'v1.0', true],
    ['*', 'a/b', false],
    ['v?', 'v1', true],
    ['v?', 'v/', false],
    ['V1', 'v1', false],
    ['team/**', 'team/a/b', true],
    ['team/**', 'team', false],
    ['team/**', 'teams/a', false],
    ['**/nginx', 'nginx', true],
    ['**/nginx', 'a/b/nginx', true],
    ['**/nginx', 'a/mynginx', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/bz', false],
    ['rel**', 'release', true],
    ['rel**', 'rel/ease', false],
    ['{dev,test}-*', 'test-1', true],
    ['{dev,test}-*', 'prod-1', false],
    ['{v{1,2},latest}', 'v2', true],
    ['{a,}b', 'b', true],
    ['{a/**,b}', 'a/x/y', true],
    ['v[0-9].[^0-9]', 'v1.x', true],
    ['v[0-9].[!0-9]', 'v1.1', false],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['a[^b]c', 'a/c', false],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['a,b', 'a,b', true],
    ['?', '\u{1f433}', true],
  ])('%s fits %s: %s', (pattern, text, fits) => {
    expect(compileGlob(pattern)(text)).toBe(fits);
  });

  it.each(['[a', '[', '{a,b', 'a\\', '[z-a]', '{a,{b}'])('refuses %s', (pattern) => {
    expect(() => compileGlob(pattern)).toThrow(AppError);
  });

  it('refuses one that is too long', () => {
    expect(() => compileGlob('x'.repeat(1_025))).toThrow('more than 1024');
  });

  it('gives the verdicts of a plain model', () => {
    fc.assert(
      fc.property(pattern, text, (given, candidate) => {
        expect([given, candidate, compileGlob(given)(candidate)]).toEqual([given, candidate, fits(given, candidate)]);
      }),
      { numRuns: 10_000 },
    );
  });

  it('does not try again and again', () => {
    const glob = compileGlob(`${'{a,a,a}*'.repeat(100)}b`);
    expect(glob('a'.repeat(5_000))).toBe(false);
    expect(glob(`${'a'.repeat(5_000)}b`)).toBe(true);
  });
});

/* The model: braces are written out, paths split, and every way to divide the text tried. */

const part: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '-', '*', '?', '**', '[ab]', '[^a]', '[a-b]'),
  fc.tuple(fc.constantFrom('a', 'b*', '?c', 'aa'), fc.constantFrom('b', 'a-*', 'c')).map(([x, y]) => `{${x},${y}}`),
);
const component = fc.oneof(
  { weight: 1, arbitrary: fc.constant('**') },
  { weight: 3, arbitrary: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')) },
);
const pattern = fc.array(component, { minLength: 1, maxLength: 4 }).map((components) => components.join('/'));
const text = fc
  .array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), minLength: 0, maxLength: 4 }), { maxLength: 4 })
  .map((components) => components.join('/'));

function fits(given: string, candidate: string): boolean {
  return writtenOut(given).some((plain) => fitsComponents(plain.split('/'), candidate.split('/')));
}

function writtenOut(given: string): string[] {
  const [, before, x, y, after] = /^([^{]*)\{([^,]*),([^}]*)\}(.*)$/.exec(given) ?? [];
  if (after === undefined) return [given];
  return [x, y].flatMap((choice) => writtenOut(`${before}${choice}${after}`));
}

function fitsComponents([first, ...others]: string[], components: string[]): boolean {
  if (first === undefined) return components.length === 0;
  if (first === '**') {
    if (others.length === 0) return components.length > 0;
    return [...Array(components.length + 1).keys()].some((skip) => fitsComponents(others, components.slice(skip)));
  }
  return components[0] !== undefined && fitsText(first, components[0]) && fitsComponents(others, components.slice(1));
}

function fitsText(given: string, candidate: string): boolean {
  if (given === '') return candidate === '';
  if (given.startsWith('*'))
    return fitsText(given.slice(1), candidate) || (candidate !== '' && fitsText(given, candidate.slice(1)));
  if (candidate === '') return false;
  const [token = '', characters] = /^\[([^\]]+)\]/.exec(given) ?? [given[0]];
  return one(token, characters, candidate[0]!) && fitsText(given.slice(token.length), candidate.slice(1));
}

function one(token: string, characters: string | undefined, character: string): boolean {
  if (characters === '^a') return character !== 'a';
  if (characters) return character === 'a' || character === 'b';
  return token === '?' || token === character;
}
