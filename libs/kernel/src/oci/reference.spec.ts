import fc from 'fast-check';
import { digestOf } from './digest';
import { fallbackTag, isTag, parseReference } from './reference';

const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);

describe('parseReference', () => {
  it('is a tag without a colon and a digest with one', () => {
    const digest = digestOf(Buffer.from('x'));
    expect(parseReference('v1.0')).toEqual({ kind: 'tag', tag: 'v1.0' });
    expect(parseReference(digest)).toEqual({ kind: 'digest', digest });
  });

  it.each(['sha256:abc', 'sha256:', ':', 'a:b', 'sha256%3A:x', `md5:${'0'.repeat(32)}`])(
    'refuses %s as a digest',
    (text) => {
      expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
    },
  );

  it.each(['', '.', '..', '-a', 'a b', 'a/b', 'a\n', 'a\0', 'ü', 'a+b', 'a'.repeat(129)])(
    'refuses %j as a tag',
    (text) => {
      expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'TAG_INVALID' }));
    },
  );

  it('keeps every tag as it is, also its case', () => {
    fc.assert(
      fc.property(tag, (text) => {
        expect(parseReference(text)).toEqual({ kind: 'tag', tag: text });
      }),
    );
  });

  it('gives back what it accepts, and refuses the rest with the code of its kind', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        try {
          const reference = parseReference(text);
          expect(reference.kind === 'tag' ? reference.tag : reference.digest).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: text.includes(':') ? 'DIGEST_INVALID' : 'TAG_INVALID' });
        }
      }),
    );
  });
});

// Examples of distribution-spec "Referrers Tag Schema" and its rules for long and odd digests.
describe('fallbackTag', () => {
  it.each([
    [`sha256:${'a'.repeat(64)}`, `sha256-${'a'.repeat(64)}`],
    [`sha512:${'b'.repeat(128)}`, `sha512-${'b'.repeat(64)}`],
    [
      'test+algorithm+using+algorithm+separators+and+lots+of+characters+to+excercise+overall+truncation:alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLotsAndLotsOfCharactersToExcerciseEncodedTruncation',
      'test-algorithm-using-algorithm-s-alsoSome-InTheEncodedSectionToShowHyphenReplacementAndLotsAndLot',
    ],
  ])('of %s', (digest, expected) => {
    expect(fallbackTag(digest)).toBe(expected);
  });

  it('is a tag for every digest of the image specification', () => {
    const digest = fc.stringMatching(/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/);
    fc.assert(
      fc.property(digest, (text) => {
        expect(isTag(fallbackTag(text))).toBe(true);
      }),
    );
  });

  it.each(['', 'sha256', ':abc', 'sha256:', 'sha256:a/b', '../x:y'])('refuses %j', (text) => {
    expect(() => fallbackTag(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });
});
