import { AppError, parseQuery, parseSort } from '@breakwater/kernel';
import fc from 'fast-check';
import {
  containsPattern,
  filterConditions,
  limitOffset,
  listPage,
  orderBy,
  SqlParameters,
  type ListColumns,
} from './list-query';

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
    ['name=~50%', ['(p.name)::text ILIKE $1'], ['%50\\%%']],
    ['size=[1~9]', ['(p.size >= $1 AND p.size <= $2)'], ['1', '9']],
    ['size=[~9]', ['(p.size <= $1)'], ['9']],
    ['name={a b}', ['p.name IN ($1, $2)'], ['a', 'b']],
    ['name=(a b)', ['(p.name = $1 AND p.name = $2)'], ['a', 'b']],
    ['PushTime=2026-01-31', ['p.push_time = $1'], ['2026-01-31T00:00:00.000Z']],
    ['push_time=[2026-01-31T08:00:00~]', ['(p.push_time >= $1)'], ['2026-01-31T08:00:00.000Z']],
    ['push_time=2026-01-31T08:00:00%2B02:00', ['p.push_time = $1'], ['2026-01-31T06:00:00.000Z']],
    ['size__gt=4', ['p.size > $1'], ['4']],
    ['size__lte=4', ['p.size <= $1'], ['4']],
    ['name__icontains=a_b', ['(p.name)::text ILIKE $1'], ['%a\\_b%']],
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

describe('listPage', () => {
  const asked: [sql: string, values: readonly unknown[]][] = [];
  const answers = (rows: object[], count: object[]) => ({
    query: <T>(sql: string, values: readonly unknown[] = []) => {
      asked.push([sql, values]);
      return Promise.resolve((sql.includes('count(*)') ? count : rows) as T[]);
    },
  });
  const parameters = (): SqlParameters => {
    const added = new SqlParameters();
    added.add(7);
    return added;
  };
  const query = { columns: 'p.id', from: 'FROM project p WHERE p.owner_id = $1', order: 'p.name' };

  beforeEach(() => asked.splice(0));

  it('reads the page, and counts with the parameters of the conditions alone', async () => {
    const page = { page: 2, pageSize: 10 };
    const found = await listPage(answers([{ id: 1 }], [{ total: 11 }]), { ...query, parameters: parameters() }, page);
    expect(found).toEqual({ items: [{ id: 1 }], total: 11 });
    expect(asked).toEqual([
      ['SELECT p.id FROM project p WHERE p.owner_id = $1 ORDER BY p.name LIMIT $2 OFFSET $3', [7, 10, 10]],
      ['SELECT count(*)::int AS total FROM project p WHERE p.owner_id = $1', [7]],
    ]);
  });

  it('reads the rows of the page by a query of their own, which may take parameters', async () => {
    const added = parameters();
    await listPage(
      answers([], [{ total: 0 }]),
      { ...query, parameters: added },
      { page: 1, pageSize: 5 },
      (page) => `SELECT ${added.add('x')} FROM project WHERE id IN (${page})`,
    );
    expect(asked).toEqual([
      [
        'SELECT $4 FROM project WHERE id IN (SELECT p.id FROM project p WHERE p.owner_id = $1 ORDER BY p.name LIMIT $2 OFFSET $3)',
        [7, 5, 0, 'x'],
      ],
      ['SELECT count(*)::int AS total FROM project p WHERE p.owner_id = $1', [7]],
    ]);
  });
});

describe('containsPattern', () => {
  it('takes every character for itself', () => {
    expect(containsPattern('a\\b%_')).toBe('%a\\\\b\\%\\_%');
  });
});
