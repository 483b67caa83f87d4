import fc from 'fast-check';
import { formatName, identityMap, isPartOf, parseName } from './distinguished-name';

const pairs = (text: string) => parseName(text).map(({ type, value }) => `${type}=${value}`);

describe('names as policies write them', () => {
  it.each([
    ['C=US, ST=WA, O=acme', ['C=US', 'ST=WA', 'O=acme']],
    ['  C = US ,S=WA;o= acme inc ', ['C=US', 'ST=WA', 'O=acme inc']],
    [String.raw`O=acme\, inc\; a\\b, CN=\ x\ `, [String.raw`O=acme, inc; a\b`, 'CN= x ']],
    [String.raw`CN=Z\C3\BCrich`, ['CN=Zürich']],
    ['2.5.4.99=x', ['2.5.4.99=x']],
  ])('reads %s', (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  it.each(['', 'US', 'C=', '=US', 'C=US, ', 'C=US+ST=WA', 'C=US, , O=x'])('refuses %j', (text) => {
    expect(() => parseName(text)).toThrow('');
  });

  it('reads back what it writes', () => {
    const value = fc.string({ unit: fc.constantFrom(...' ,;+"\\<>#=aé'), minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ type: fc.constantFrom('C', 'ST', 'O', 'CN'), value }), { minLength: 1 }),
        (name) => {
          expect(parseName(formatName(name))).toEqual(name);
        },
      ),
    );
  });
});

describe('identities', () => {
  it('have C, ST and O, and nothing twice', () => {
    expect(() => identityMap(parseName('C=US, ST=WA'))).toThrow('the name has no O');
    expect(() => identityMap(parseName('C=US, ST=WA, O=a, OU=b, OU=c'))).toThrow('the name has OU twice');
  });

  it('are part of a name that has all of their values', () => {
    const whole = identityMap(parseName('C=US, ST=WA, O=a, CN=b'));
    expect(isPartOf(identityMap(parseName('O=a, ST=WA, C=US')), whole)).toBe(true);
    expect(isPartOf(identityMap(parseName('O=a, ST=WA, C=US, OU=x')), whole)).toBe(false);
    expect(isPartOf(whole, identityMap(parseName('O=a, ST=WA, C=US')))).toBe(false);
  });
});
