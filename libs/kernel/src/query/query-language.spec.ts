import fc from 'fast-check';
import { parseQuery, parseSort } from './query-language';

describe('parseQuery', () => {
  it.each([
    ['name=app', { key: 'name', match: 'exact', value: 'app' }],
    ['name=~app', { key: 'name', match: 'fuzzy', value: 'app' }],
    ['name=\\~app', { key: 'name', match: 'exact', value: '~app' }],
    ['id=12', { key: 'id', match: 'exact', value: '12' }],
    ['a.b=c=d', { key: 'a.b', match: 'exact', value: 'c=d' }],
    ['id=[1~9]', { key: 'id', match: 'range', min: 1, max: 9 }],
    ['id=[~9]', { key: 'id', match: 'range', max: 9 }],
    ['id=[-5 ~ ]', { key: 'id', match: 'range', min: -5 }],
    ['labels=(1 2)', { key: 'labels', match: 'and', values: [1, 2] }],
    ['tag={v1  "2" 3}', { key: 'tag', match: 'or', values: ['v1', '2', 3] }],
    ['id=[9007199254740993~]', { key: 'id', match: 'range', min: '9007199254740993' }],
  ])('%s', (q, filter) => {
    expect(parseQuery(q)).toEqual([filter]);
  });

  it('reads times in UTC, and only real ones', () => {
    expect(parseQuery('t=[2020-04-09T02:36:00~2021-02-30T00:00:00]')).toEqual([
      { key: 't', match: 'range', min: new Date('2020-04-09T02:36:00Z'), max: '2021-02-30T00:00:00' },
    ]);
    expect(parseQuery('t=[2020-04-09 02:36:00~]')).toEqual([{ key: 't', match: 'range', min: '2020-04-09 02:36:00' }]);
  });

  it('decodes the value once more, and takes it as it is when that fails', () => {
    expect(parseQuery('tags%3Dnil')).toEqual([{ key: 'tags', match: 'exact', value: 'nil' }]);
    expect(parseQuery('name=a+b')).toEqual([{ key: 'name', match: 'exact', value: 'a b' }]);
    expect(parseQuery('name=100%')).toEqual([{ key: 'name', match: 'exact', value: '100%' }]);
  });

  it('reads several pairs; of one key the last', () => {
    expect(parseQuery('a=1,b=~2,a=3')).toEqual([
      { key: 'a', match: 'exact', value: '3' },
      { key: 'b', match: 'fuzzy', value: '2' },
    ]);
  });

  it('has no filters for nothing', () => {
    expect(parseQuery(undefined)).toEqual([]);
    expect(parseQuery('')).toEqual([]);
  });

  it.each([
    ['a', 'expected <key>=<value>'],
    ['a=', 'expected <key>=<value>'],
    ['=a', 'expected <key>=<value>'],
    ['a=1,', 'expected <key>=<value>'],
    [',', 'expected <key>=<value>'],
    ['a=~', 'a fuzzy match needs text'],
    ['a=[1]', 'a range is'],
    ['a=[1~2', 'a range is'],
    ['a=[1~2~3]', 'a range is'],
    ['a=[', 'a range is'],
    ['a=[ ~ ]', 'a range needs a minimum or a maximum'],
    ['a={1 2', 'a list is {'],
    ['a={1)', 'a list is {'],
    ['a=()', 'a list is ('],
    ['a={', 'a list is {'],
    ['a=x%00y', 'NUL'],
  ])('refuses %s', (q, message) => {
    expect(() => parseQuery(q)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    expect(() => parseQuery(q)).toThrow(message);
  });

  it('gives back any text that is escaped, as an exact match', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !/[,\0]/.test(value));
    fc.assert(
      fc.property(text, (value) => {
        expect(parseQuery(encodeURIComponent(`k=\\${value}`))).toEqual([{ key: 'k', match: 'exact', value }]);
      }),
    );
  });

  it('reads back lists and ranges of whole numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 1 }), (values) => {
        expect(parseQuery(`k={${values.join(' ')}}`)).toEqual([{ key: 'k', match: 'or', values }]);
        expect(parseQuery(`k=[${values[0]}~${values.at(-1)}]`)).toEqual([
          { key: 'k', match: 'range', min: values[0], max: values.at(-1) },
        ]);
      }),
    );
  });

  it('throws nothing but BAD_REQUEST, and does so at once', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^(a=[[({~\\]?[0-9a ~]{0,5}[\])}]?,?){1,3}$/),
    );
    fc.assert(
      fc.property(text, (q) => {
        try {
          for (const filter of parseQuery(q)) expect(filter.key).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_REQUEST' });
        }
      }),
    );
    parseQuery(`k=[${`"`.repeat(200_000)}x~]`);
  });
});

describe('parseSort', () => {
  it('reads keys in order, with - for descending', () => {
    expect(parseSort('name,-creation_time')).toEqual([
      { key: 'name', descending: false },
      { key: 'creation_time', descending: true },
    ]);
  });

  it.each([undefined, '', ',', '-', '-,'])('is empty for %j', (sort) => {
    expect(parseSort(sort)).toEqual([]);
  });
});
