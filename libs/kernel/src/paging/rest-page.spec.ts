import fc from 'fast-check';
import { restLinkHeader } from './rest-page';

const PROJECTS = '/api/v2.0/projects';

function linksOf(header: string | undefined): Record<string, URL> {
  const links = [...(header ?? '').matchAll(/<([^<>]*)>; rel="(\w+)"/g)];
  return Object.fromEntries(links.map(([, url, rel]) => [rel, new URL(url!, 'http://core')]));
}

describe('restLinkHeader', () => {
  it('links to the previous page, then to the next', () => {
    expect(restLinkHeader(`${PROJECTS}?page=2&page_size=10`, 2, 10, 25)).toBe(
      `<${PROJECTS}?page=1&page_size=10>; rel="prev" , <${PROJECTS}?page=3&page_size=10>; rel="next"`,
    );
  });

  it('adds page and page_size to a request without them', () => {
    expect(restLinkHeader(PROJECTS, 1, 10, 11)).toBe(`<${PROJECTS}?page=2&page_size=10>; rel="next"`);
  });

  it('leaves the query readable', () => {
    expect(restLinkHeader(`${PROJECTS}?q=name%3D~app&sort=-name`, 1, 10, 11)).toBe(
      `<${PROJECTS}?page=2&page_size=10&q=name=~app&sort=-name>; rel="next"`,
    );
  });

  it.each([
    ['the only page', 1, 10, 10],
    ['an empty list', 1, 10, 0],
    ['a page after the first beyond the end', 4, 10, 25],
  ])('has nothing to say about %s', (_, page, pageSize, total) => {
    expect(restLinkHeader(PROJECTS, page, pageSize, total)).toBeUndefined();
  });

  it('escapes what would end a link or a header', () => {
    const header = restLinkHeader(`${PROJECTS}?q=a%3D%0d%0aX%3E%3B,%26%25%23%2B+%C3%BC`, 1, 10, 11);
    expect(header).toBe(`<${PROJECTS}?page=2&page_size=10&q=a=%0D%0AX%3E%3B%2C%26%25%23%2B%20%C3%BC>; rel="next"`);
  });

  it('keeps "=" escaped in a name', () => {
    expect(restLinkHeader(`${PROJECTS}?a%3Db=c%3Dd`, 1, 10, 11)).toBe(
      `<${PROJECTS}?a%3Db=c=d&page=2&page_size=10>; rel="next"`,
    );
  });

  it('keeps the rest of the query, and is safe in a header', () => {
    const parameters = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(parameters, fc.integer({ min: 2, max: 50 }), (others, page) => {
        const query = new URLSearchParams(Object.entries(others));
        const header = restLinkHeader(`${PROJECTS}?${query}`, page, 10, 1000);
        expect(header).toMatch(/^[ -~]*$/);
        for (const [rel, url] of Object.entries(linksOf(header))) {
          query.set('page', String(rel === 'prev' ? page - 1 : page + 1));
          query.set('page_size', '10');
          query.sort();
          expect([...url.searchParams]).toEqual([...query]);
        }
      }),
    );
  });

  it('leads through all pages and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 40 }), (pageSize, total) => {
        const pages = Math.ceil(total / pageSize);
        for (let page = 1; page <= pages; page += 1) {
          const { prev, next } = linksOf(restLinkHeader(PROJECTS, page, pageSize, total));
          expect(prev?.searchParams.get('page')).toBe(page > 1 ? String(page - 1) : undefined);
          expect(next?.searchParams.get('page')).toBe(page < pages ? String(page + 1) : undefined);
        }
      }),
    );
  });
});
