import { AppError, parseQuery, parseSort } from '@breakwater/kernel';
import fc from 'fast-check';
import { filterConditions, limitOffset, orderBy, type ListColumns } from './list-query';
import { containsPattern } from './contains';
import { SqlParameters } from './sql-parameters';

const columns: ListColumns = {
  name: { sql: 'p.name', type: 'text' },
  size: { sql: 'p.size', type: 'number' },
  push_time: { sql: 'p.push_time', type: 'time' },
  public: { sql: 'p.public', type: 'boolean' },
};

function filter(q: string): { conditions: string[]; values: unknown[] } {
  const parameters = new SqlParameters();
  return { conditions: filterConditions(columns, parseQuery(q), parameters), values: parameters.values };
}

describe('filterConditions', () => {
  it.each([
    ['name=app', ['p.name = $1'], ['app']],
    ['name=~50%', ['lower((p.name)::text) LIKE $1'], ['%50\\%%']],
    ['size=[1~9]', ['(p.size >= $1 AND p.size <= $2)'], ['1', '9']],
    ['size=[~9]', ['(p.size <= $1)'], ['9']],
    ['name={a b}', ['p.name IN ($1, $2)'], ['a', 'b']],
    ['name=(a b)', ['(p.name = $1 AND p.name = $2)'], ['a', 'b']],
    ['PushTime=2026-01-31', ['p.push_time = $1'], ['2026-01-31T00:00:00.000Z']],
    ['push_time=[2026-01-31T08:00:00~]', ['(p.push_time >= $1)'], ['2026-01-31T08:00:00.000Z']],
    ['push_time=2026-01-31T08:00:00%2B02:00', ['p.push_time = $1'], ['2026-01-31T06:00:00.000Z']],
    ['size__gt=4', ['p.size > $1'], ['4']],
    ['size__lte=4', ['p.size <= $1'], ['4']],
    ['name__icontains=a_b', ['lower((p.name)::text) LIKE $1'], ['%a\\_b%']],
    ['name__exact=a', ['p.name = $1'], ['a']],
    ['public=true', ['p.public = $1'], ['true']],
    ['nonsense=1', [], []],
    ['constructor=1', [], []],
  ])('%s', (q, conditions, values) => {
    expect(filter(q)).toEqual({ conditions, values });
  });

  it.each([
    'size=x',
    'size=1.5',
    'size=99999999999999999999',
    'public=maybe',
    'push_time=yesterday',
    'push_time=2026-02-30',
    'push_time=0000-01-01',
    'push_time=1Z',
  ])('refuses %s', (q) => {
    expect(() => filter(q)).toThrow(AppError);
  });

  it('never puts text of the query into the statement', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('name', 'size', 'push_time', 'public', 'other', 'name__constructor', 'name__gt', 'toString'),
        fc.string({ minLength: 1 }),
        (key, value) => {
          try {
            const { conditions } = filter(`${key}=${value}`);
            expect(conditions.join(' ')).toMatch(/^[\w\s.$()=<>,:]*$/);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
    );
  });
});

describe('orderBy', () => {
  it('takes known keys, in order, and breaks ties', () => {
    expect(orderBy(columns, parseSort('-PushTime,nonsense,name'), 'p.id', 'p.id')).toBe(
      'p.push_time DESC, p.name ASC, p.id',
    );
  });

  it('falls back to the order of the list', () => {
    expect(orderBy(columns, parseSort('nonsense'), 'p.name', 'p.id')).toBe('p.name');
  });
});

describe('limitOffset', () => {
  it('counts pages from 1', () => {
    const parameters = new SqlParameters();
    expect(limitOffset({ page: 3, pageSize: 10 }, parameters)).toBe('LIMIT $1 OFFSET $2');
    expect(parameters.values).toEqual([10, 20]);
  });
});

describe('containsPattern', () => {
  it('takes every character for itself', () => {
    expect(containsPattern('a\\b%_')).toBe('%a\\\\b\\%\\_%');
  });
});
