import { SqlParameters } from '@breakwater/platform';
import { beginning, SearchCursors } from './search-cursors';
import { candidatesOf, type SearchFor } from './search-criterion';

const values = (wanted: SearchFor, after = beginning): unknown[] => {
  const parameters = new SqlParameters();
  candidatesOf(wanted)(parameters, after, 5);
  return parameters.values;
};

/** Comes after all that begins with the text. */
const after = (prefix: string): string => `${prefix}\u{10ffff}`;

describe('candidatesOf', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each<[SearchFor, unknown[]]>([
    [{ digest }, [digest, after(digest), 5]],
    [{ digest: 'abcdef' }, ['sha256:abcdef', after('sha256:abcdef'), 5]],
    [{ digest: 'sha512:abcdef12' }, ['sha512:abcdef12', after('sha512:abcdef12'), 5]],
    [{ tag: 'v1', digest: undefined }, ['v1', 0, 5]],
    [{ tag: 'v1*' }, ['v1', after('v1'), 5]],
    [{ label: 'prod' }, [0, 'prod', 5, 0]],
    [{ label: 'größe*' }, [0, 'größe', after('größe'), 5, 0]],
    [{ annotation: 'a=b=c' }, ['a', 'b=c', 0, 5]],
    [{ annotation: 'a=' }, ['a', '', 0, 5]],
  ])('%j looks for %j', (wanted, expected) => {
    expect(values(wanted)).toEqual(expected);
  });

  it('goes on where a page ended', () => {
    const position = { text: 'v1.2', id: 9 };
    expect(values({ tag: 'v1*' }, position)).toEqual(['v1.2', 9, after('v1'), 5]);
    expect(values({ tag: 'v1.2' }, position)).toEqual(['v1.2', 9, 5]);
    expect(values({ annotation: 'a=b' }, { text: '', id: 9 })).toEqual(['a', 'b', 9, 5]);
    const atLabel = { text: 'prod\x010000000000000000007', id: 9 };
    expect(values({ label: 'prod' }, atLabel)).toEqual([7, 'prod', 5, 9]);
    expect(values({ label: 'p*' }, atLabel)).toEqual([7, 'prod', 6, after('p'), 5, 9]);
  });

  it('refuses for a label where a page of another search ended', () => {
    expect(() => values({ label: 'v' }, { text: 'v1.2', id: 9 })).toThrow('the same search');
  });

  it.each<SearchFor>([
    {},
    { tag: undefined },
    { tag: 'v1', digest },
    { digest: 'abcde' },
    { digest: 'ABCDEF' },
    { digest: 'abcdef%' },
    { tag: '' },
    { tag: '*' },
    { tag: 'v*1' },
    { tag: "v1' OR true" },
    { label: '' },
    { label: '*' },
    { label: 'a\0' },
    { label: 'a', tag: 'a' },
    { annotation: 'a' },
    { annotation: '=b' },
    { annotation: 'a=\0' },
  ])('refuses %j', (wanted) => {
    expect(() => values(wanted)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

describe('a cursor', () => {
  const cursors = new SearchCursors({ SECRET_KEY: 'a secret key for tests' });
  const cursor = cursors.write({ text: 'secret/tag', id: 77 });

  it('is read as it was written, and by nobody else', () => {
    expect(cursors.read(cursor)).toEqual({ text: 'secret/tag', id: 77 });
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('secret');
    expect(() => new SearchCursors({ SECRET_KEY: 'another key for tests' }).read(cursor)).toThrow('invalid cursor');
  });

  it.each(['', 'x', cursor.slice(0, -4), `A${cursor}`, Buffer.from('["a",1]').toString('base64url')])(
    'that is %j is refused',
    (text) => {
      expect(() => cursors.read(text)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    },
  );
});
