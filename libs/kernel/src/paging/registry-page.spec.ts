import fc from 'fast-check';
import { nextPageLink, parseRegistryPage } from './registry-page';

describe('parseRegistryPage', () => {
  it('reads n and last, each optional', () => {
    expect(parseRegistryPage({})).toEqual({ n: undefined, last: undefined });
    expect(parseRegistryPage({ n: '', last: '' })).toEqual({ n: undefined, last: undefined });
    expect(parseRegistryPage({ n: '10' })).toEqual({ n: 10, last: undefined });
    expect(parseRegistryPage({ last: 'v1' })).toEqual({ n: undefined, last: 'v1' });
  });

  it('keeps 0, which asks for an empty list', () => {
    expect(parseRegistryPage({ n: '0' }).n).toBe(0);
  });

  it('takes more than the maximum as the maximum', () => {
    expect(parseRegistryPage({ n: '1001' }, 1000).n).toBe(1000);
    expect(parseRegistryPage({ n: '9'.repeat(400) }, 1000).n).toBe(1000);
    expect(parseRegistryPage({ n: '9'.repeat(400) }).n).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('ends last at NUL', () => {
    expect(parseRegistryPage({ last: 'v1\0x' }).last).toBe('v1');
    expect(parseRegistryPage({ last: '\0' }).last).toBeUndefined();
  });

  it.each(['-1', '1.5', 'a', '1e3', '0x10', ' 1', '+1', '1\n', '١'])('refuses n=%j', (n) => {
    expect(() => parseRegistryPage({ n })).toThrow(expect.objectContaining({ code: 'PAGINATION_NUMBER_INVALID' }));
  });

  it('gives a whole number from 0 to the maximum, or PAGINATION_NUMBER_INVALID', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String)), fc.nat(2000), (n, max) => {
        try {
          const page = parseRegistryPage({ n }, max);
          expect(page.n === undefined ? n : String(page.n)).toBe(
            page.n === max ? String(max) : n.replace(/^0+(?=\d)/, ''),
          );
          expect(page.n ?? 0).toBeLessThanOrEqual(max);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PAGINATION_NUMBER_INVALID' });
          expect(n).not.toMatch(/^\d+$/);
        }
      }),
    );
  });
});

describe('nextPageLink', () => {
  it('is a relative link', () => {
    expect(nextPageLink('/v2/a/b/tags/list', { n: 2, last: 'v1' })).toBe('</v2/a/b/tags/list?n=2&last=v1>; rel="next"');
  });

  it('leads to a page that parses to what it was made of', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((last) => !last.includes('\0'));
    fc.assert(
      fc.property(fc.nat(1000), text, (n, last) => {
        const [, url] = /^<([^<>]+)>; rel="next"$/.exec(nextPageLink('/v2/_catalog', { n, last })) ?? [];
        const query = new URL(url!, 'http://registry').searchParams;
        expect(parseRegistryPage({ n: query.get('n')!, last: query.get('last')! })).toEqual({ n, last });
      }),
    );
  });

  it('visits every tag once, in order, when it is followed', () => {
    const tags = fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,5}$/), { maxLength: 30 });
    fc.assert(
      fc.property(tags, fc.integer({ min: 1, max: 7 }), (unsorted, n) => {
        const all = [...unsorted].sort();
        const seen: string[] = [];
        let url: string | undefined = `/v2/a/b/tags/list?n=${n}`;
        while (url !== undefined) {
          const query: URLSearchParams = new URL(url, 'http://registry').searchParams;
          const page = parseRegistryPage({ n: query.get('n') ?? undefined, last: query.get('last') ?? undefined });
          const rest = all.filter((tag) => tag > (page.last ?? ''));
          const shown = rest.slice(0, page.n);
          seen.push(...shown);
          const more = rest.length > shown.length;
          url = more ? /<(.*)>/.exec(nextPageLink('/v2/a/b/tags/list', { n, last: shown.at(-1)! }))?.[1] : undefined;
        }
        expect(seen).toEqual(all);
      }),
    );
  });
});
