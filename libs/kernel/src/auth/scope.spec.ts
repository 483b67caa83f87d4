import fc from 'fast-check';
import { formatScope, parseScopes, type Scope } from './scope';

const scopeArbitrary: fc.Arbitrary<Scope> = fc.record(
  {
    type: fc.stringMatching(/^[a-z0-9]{1,10}$/),
    class: fc.stringMatching(/^[a-z0-9]{1,10}$/),
    name: fc.stringMatching(/^[a-z0-9:./_-]{1,30}$/),
    actions: fc.uniqueArray(fc.stringMatching(/^(?:[a-z]{1,6}|\*)$/), { maxLength: 4 }),
  },
  { requiredKeys: ['type', 'name', 'actions'] },
);

describe('parseScopes', () => {
  it('reads the usual scopes', () => {
    expect(parseScopes(['repository:library/app:pull,push', 'registry:catalog:*'])).toEqual([
      { type: 'repository', name: 'library/app', actions: ['pull', 'push'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ]);
  });

  it('reads several in one value, with any number of spaces', () => {
    expect(parseScopes([' repository:a/b:pull  repository:c/d:push ', ''])).toHaveLength(2);
    expect(parseScopes([])).toEqual([]);
  });

  it('splits at the first and the last colon', () => {
    expect(parseScopes(['repository:localhost:5000/app:pull'])).toEqual([
      { type: 'repository', name: 'localhost:5000/app', actions: ['pull'] },
    ]);
  });

  it('keeps the class apart from the type', () => {
    expect(parseScopes(['repository(plugin):a/b:pull'])).toEqual([
      { type: 'repository', class: 'plugin', name: 'a/b', actions: ['pull'] },
    ]);
  });

  it('makes one scope of several on the same resource', () => {
    expect(parseScopes(['repository:a/b:pull', 'repository:c/d:pull repository:a/b:push,pull'])).toEqual([
      { type: 'repository', name: 'a/b', actions: ['pull', 'push'] },
      { type: 'repository', name: 'c/d', actions: ['pull'] },
    ]);
  });

  it('takes empty actions for none', () => {
    expect(parseScopes(['repository:a/b:', 'repository:c/d:,pull,'])).toEqual([
      { type: 'repository', name: 'a/b', actions: [] },
      { type: 'repository', name: 'c/d', actions: ['pull'] },
    ]);
  });

  it.each([
    'repository',
    'pullx',
    'repository:a',
    ':a/b:pull',
    'repository::pull',
    'Repository:a/b:pull',
    'repository(:a/b:pull',
    'repository():a/b:pull',
    'repository:a/b:PULL',
    'repository:a/b:pull,**',
    'repository:a\tb:pull',
    'repository:a\0b:pull',
    'repository:ü:pull',
    `repository:${'a'.repeat(513)}:pull`,
  ])('refuses %j', (text) => {
    expect(() => parseScopes([text])).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('allows 100 different resources', () => {
    const scopes = Array.from({ length: 101 }, (_, index) => `repository:p/r${index}:pull`);
    expect(parseScopes([...scopes.slice(1), ...scopes.slice(1)])).toHaveLength(100);
    expect(() => parseScopes([scopes.join(' ')])).toThrow('more than 100 scopes');
  });

  it('reads back what formatScope writes', () => {
    fc.assert(
      fc.property(scopeArbitrary, (scope) => {
        expect(parseScopes([formatScope(scope)])).toEqual([scope]);
      }),
    );
  });

  it('does not mind how scopes are spread over values, and loses no action', () => {
    fc.assert(
      fc.property(fc.array(scopeArbitrary, { maxLength: 8 }), (scopes) => {
        const texts = scopes.map(formatScope);
        const parsed = parseScopes(texts);
        expect(parseScopes([texts.join(' ')])).toEqual(parsed);
        expect(parseScopes(parsed.map(formatScope))).toEqual(parsed);
        for (const { type, class: scopeClass, name, actions } of scopes) {
          const found = parsed.filter((s) => s.type === type && s.class === scopeClass && s.name === name);
          expect(found).toHaveLength(1);
          expect(found[0]?.actions).toEqual(expect.arrayContaining(actions));
        }
      }),
    );
  });

  it('throws nothing but BAD_REQUEST, and does so at once', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (values) => {
        try {
          for (const scope of parseScopes(values)) expect(scope.name).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_REQUEST' });
        }
      }),
    );
    expect(() => parseScopes([`repository:a:${'pull,'.repeat(20_000)}!`])).toThrow('invalid scope');
    expect(() => parseScopes([`repository${':'.repeat(100_000)}!`])).toThrow('invalid scope');
  });
});
