import fc from 'fast-check';
import { escapeRepositoryName } from './registry-path';
import { isRepositoryName } from './repository-name';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('escapeRepositoryName', () => {
  it.each([
    ['/v2/a/b/tags/list', '/v2/a%2Fb/tags/list'],
    ['/v2/a/b/tags/list?n=2&last=x/y', '/v2/a%2Fb/tags/list?n=2&last=x/y'],
    ['/v2/a/b/manifests/latest', '/v2/a%2Fb/manifests/latest'],
    [`/v2/a/b/c/manifests/${DIGEST}?tag=1&tag=2`, `/v2/a%2Fb%2Fc/manifests/${DIGEST}?tag=1&tag=2`],
    [`/v2/a/b/blobs/${DIGEST}`, `/v2/a%2Fb/blobs/${DIGEST}`],
    ['/v2/a/b/blobs/sha256%3Aabc', '/v2/a%2Fb/blobs/sha256%3Aabc'],
    ['/v2/a/b/blobs/uploads', '/v2/a%2Fb/blobs/uploads/'],
    ['/v2/a/b/blobs/uploads/', '/v2/a%2Fb/blobs/uploads/'],
    ['/v2/a/b/blobs/uploads?mount=x&from=c/d', '/v2/a%2Fb/blobs/uploads/?mount=x&from=c/d'],
    ['/v2/a/b/blobs/uploads/0b1c-2d', '/v2/a%2Fb/blobs/uploads/0b1c-2d'],
    [`/v2/a/b/referrers/${DIGEST}?artifactType=x/y`, `/v2/a%2Fb/referrers/${DIGEST}?artifactType=x/y`],
    ['/v2/a/b/_oci/ext/discover', '/v2/a%2Fb/_oci/ext/discover'],
    ['/v2', '/v2/'],
    ['/v2?x=1', '/v2/?x=1'],
  ])('%s is %s', (url, expected) => {
    expect(escapeRepositoryName(url)).toBe(expected);
  });

  it.each([
    ['/v2/a/blobs/b/manifests/x', '/v2/a%2Fblobs%2Fb/manifests/x'],
    ['/v2/a/manifests/tags/list', '/v2/a%2Fmanifests/tags/list'],
    ['/v2/a/tags/list/manifests/x', '/v2/a%2Ftags%2Flist/manifests/x'],
    ['/v2/a/blobs/uploads/blobs/uploads/', '/v2/a%2Fblobs%2Fuploads/blobs/uploads/'],
    ['/v2/a/blobs/uploads/blobs/uploads/id', '/v2/a%2Fblobs%2Fuploads/blobs/uploads/id'],
    [`/v2/blobs/uploads/blobs/${DIGEST}`, `/v2/blobs%2Fuploads/blobs/${DIGEST}`],
    ['/v2/tags/list/tags/list', '/v2/tags%2Flist/tags/list'],
    ['/v2/manifests/manifests/manifests/manifests', '/v2/manifests%2Fmanifests/manifests/manifests'],
  ])('reads %s from the right', (url, expected) => {
    expect(escapeRepositoryName(url)).toBe(expected);
  });

  it.each([
    ['/v2/'],
    ['/v2/_catalog'],
    ['/v2/_catalog?n=5'],
    ['/v2/_oci/ext/discover'],
    ['/v2/a/b'],
    ['/v2/tags/list'],
    ['/v2/blobs/uploads/'],
    ['/v2//tags/list'],
    ['/v2/a/b/tags/list/'],
    ['/v2x/a/b/tags/list'],
    ['/api/v2.0/projects/a%2Fb/tags/list'],
    ['/healthz'],
    ['*'],
    [''],
  ])('leaves %j alone', (url) => {
    expect(escapeRepositoryName(url)).toBe(url);
  });

  it.each([
    ['/v2/a/../b/manifests/x', 'a/../b'],
    ['/v2/../a/b/manifests/x', '../a/b'],
    ['/v2/a%2Fb/manifests/x', 'a%2Fb'],
    ['/v2/a%2fb/c/blobs/uploads/', 'a%2fb/c'],
    ['/v2/a/%2e%2e/b/tags/list', 'a/%2e%2e/b'],
    ['/v2/a/b%00/manifests/x', 'a/b%00'],
    ['/v2/a//b/manifests/x', 'a//b'],
    ['/v2/a/./b/manifests/x', 'a/./b'],
    ['/v2/a\\b/c/manifests/x', 'a\\b/c'],
  ])('hands the name of %s on as written, to be refused', (url, name) => {
    const [, , parameter] = escapeRepositoryName(url).split('/');
    expect(decodeURIComponent(parameter!)).toBe(name);
    expect(isRepositoryName(name)).toBe(false);
  });

  it('lets no escape turn an unknown path into a route', () => {
    expect(escapeRepositoryName('/v2/a%2Fb/%62lobs/x?y=%20')).toBe('/v2/a%252Fb/%2562lobs/x?y=%20');
  });

  const word = fc.constantFrom('blobs', 'manifests', 'uploads', 'tags', 'list', 'referrers', 'a', 'b-c', 'd.e', 'f__g');
  const name = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('/'));
  const tail = fc.oneof(
    fc.constantFrom('/tags/list', '/blobs/uploads/', '/_oci/ext/discover', `/blobs/${DIGEST}`, `/referrers/${DIGEST}`),
    fc.stringMatching(/^\/manifests\/[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/),
    fc.uuid().map((id) => `/blobs/uploads/${id}`),
    word.map((tag) => `/manifests/${tag}`),
  );
  const query = fc.constantFrom('', '?', '?n=1&last=a/b', '?from=x/manifests/y', '?a=/blobs/uploads/');

  it('gives back name, tail and query, whatever words they are made of', () => {
    fc.assert(
      fc.property(name, tail, query, (fullName, path, search) => {
        const [, v2, parameter, ...rest] = escapeRepositoryName(`/v2/${fullName}${path}${search}`).split('/');
        expect(v2).toBe('v2');
        expect(decodeURIComponent(parameter!)).toBe(fullName);
        expect(`/${rest.join('/')}`).toBe(path + search);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws, and hands on a raw name unchanged', () => {
    const raw = fc.stringMatching(/^[!-"$-.0->@-~/]{1,30}$/);
    fc.assert(
      fc.property(raw, (text) => {
        const [, , parameter, ...rest] = escapeRepositoryName(`/v2/${text}/manifests/x`).split('/');
        expect(decodeURIComponent(parameter!)).toBe(text);
        expect(rest).toEqual(['manifests', 'x']);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof escapeRepositoryName(`/v2/${text}`)).toBe('string');
      }),
    );
    expect(escapeRepositoryName('/v2/a\ud800/tags/list')).toBe('/v2/a%EF%BF%BD/tags/list');
  });
});
