import { z } from 'zod';
import { pagingShape } from './paging';
import { decodeOnce, repositoryFromPath } from './repository-path';
import { projectReference } from './project-reference';
import { neverTime, queryBoolean, time } from './schema';
import { withoutTrailingSlash } from './trailing-slash';

describe('repositoryFromPath', () => {
  it.each(['app', 'team%2Fapp', 'team/app'])('decodes %s once more than the router', (name) => {
    expect(repositoryFromPath('lib', name)).toBe(`lib/${decodeURIComponent(name)}`);
  });

  it.each(['', '..', '../other/app', '%2E%2E%2Fother', 'App', 'a//b', '%00', '%', 'a%252Fb'])('refuses %j', (name) => {
    expect(() => repositoryFromPath('lib', name)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('leaves alone what is no escape', () => {
    expect(decodeOnce('100%')).toBe('100%');
  });
});

describe('projectReference', () => {
  it.each([
    ['12', {}, { id: 12 }],
    ['12', { 'x-is-resource-name': 'true' }, { name: '12' }],
    ['12', { 'x-is-resource-name': 'false' }, { id: 12 }],
    ['team', {}, { name: 'team' }],
    ['12a', {}, { name: '12a' }],
    ['99999999999999999999', {}, { name: '99999999999999999999' }],
  ])('%s with %j is %j', (segment, headers, expected) => {
    expect(projectReference(segment, headers)).toEqual(expected);
  });
});

describe('withoutTrailingSlash', () => {
  it.each([
    ['/a/', '/a'],
    ['/a/?q=/', '/a?q=/'],
    ['/a?q=b/', '/a?q=b/'],
    ['/', '/'],
    ['/a', '/a'],
  ])('%s is %s', (url, expected) => {
    expect(withoutTrailingSlash(url)).toBe(expected);
  });
});

describe('paging', () => {
  const paging = z.object(pagingShape);

  it.each([
    [{}, { page: 1, page_size: 10 }],
    [
      { page: '3', page_size: '1' },
      { page: 3, page_size: 1 },
    ],
    [
      { page: '2147483648', page_size: '100' },
      { page: 2 ** 31, page_size: 100 },
    ],
  ])('%j is %j', (query, expected) => {
    expect(paging.parse(query)).toEqual(expected);
  });

  const never = ['0', '-0', '-1', '-2147483649', '1.5', '1e400', '', ' ', 'ten', 'NaN', '1,2', ['1', '2']];
  it.each([
    ...[...never, '101', '9007199254740993'].map((text) => ['page_size', text] as const),
    ...[...never, '2147483649'].map((text) => ['page', text] as const),
  ])('refuses %s=%j', (name, text) => {
    const { error } = paging.safeParse({ [name]: text });
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(name);
  });
});

describe('schemas', () => {
  it("reads booleans as Harbor's server does", () => {
    expect(['true', '1', 'YES', 'on'].map((text) => queryBoolean.parse(text))).toEqual([true, true, true, true]);
    expect(['false', '0', '', 'nonsense'].map((text) => queryBoolean.parse(text))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('writes times in UTC with milliseconds', () => {
    expect(time.parse(new Date(Date.UTC(2026, 0, 2, 3, 4, 5)))).toBe('2026-01-02T03:04:05.000Z');
    expect(time.parse(neverTime)).toBe('0001-01-01T00:00:00.000Z');
  });
});
