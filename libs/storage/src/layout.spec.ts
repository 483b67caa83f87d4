import fc from 'fast-check';
import { blobKey, digestOfKey, isUploadId } from './layout';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const digest = fc.oneof(
  hex(64).map((text) => `sha256:${text}`),
  hex(128).map((text) => `sha512:${text}`),
);
const sha256 = `sha256:${'ab'.repeat(32)}`;
const key = `docker/registry/v2/blobs/sha256/ab/${'ab'.repeat(32)}/data`;

describe('storage layout', () => {
  it("puts a blob where distribution's path spec puts it", () => {
    expect(blobKey(sha256)).toBe(key);
    expect(blobKey(`sha512:0f${'1'.repeat(126)}`)).toBe(`docker/registry/v2/blobs/sha512/0f/0f${'1'.repeat(126)}/data`);
  });

  it('leads from digest to key and back', () => {
    fc.assert(fc.property(digest, (text) => digestOfKey(blobKey(text)) === text));
  });

  it('knows a digest for no string but the key of one', () => {
    const mutation = fc
      .tuple(digest, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([text, at, insert]) => {
        const good = blobKey(text);
        const cut = at % good.length;
        return good.slice(0, cut) + insert + good.slice(cut + 1);
      });
    fc.assert(
      fc.property(fc.oneof(mutation, fc.string({ unit: 'binary' })), (text) => {
        const found = digestOfKey(text);
        return found === undefined || blobKey(found) === text;
      }),
    );
  });

  it.each([
    '',
    'sha256:',
    `sha256:${'AB'.repeat(32)}`,
    `sha512:${'a'.repeat(64)}`,
    `md5:${'a'.repeat(32)}`,
    '../../etc/passwd',
    `${sha256}\n`,
    `${sha256}\0`,
  ])('refuses the digest %j', (text) => {
    expect(() => blobKey(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });

  it.each([
    '',
    `/${key}`,
    `./${key}`,
    key.replace('sha256', '..'),
    `${key}/`,
    `${key}\n`,
    `${key}\0`,
    key.replace('/ab/', '/cd/'),
    key.replace('/data', '/../data'),
  ])('finds no blob at %j', (text) => {
    expect(digestOfKey(text)).toBeUndefined();
  });

  it('takes a lower-case UUID for an upload id, nothing else', () => {
    fc.assert(fc.property(fc.uuid(), isUploadId));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isUploadId(text)));
    for (const id of [
      '..',
      '',
      'a/b',
      '0f8fad5b-d9cb-469f-a165-70867728950E',
      '0f8fad5b-d9cb-469f-a165-70867728950e\n',
    ]) {
      expect(isUploadId(id)).toBe(false);
    }
  });
});
