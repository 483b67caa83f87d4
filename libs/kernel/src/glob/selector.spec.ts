import { compileSelectors } from './selector';

describe('compileSelectors', () => {
  it('picks what all selectors pick', () => {
    const picks = compileSelectors([
      { decoration: 'matches', pattern: 'v*' },
      { decoration: 'excludes', pattern: '*-rc*' },
    ]);
    expect(['v1', 'v1-rc1', 'latest'].filter(picks)).toEqual(['v1']);
  });

  it('knows the decorations of repositories too', () => {
    const picks = compileSelectors([{ decoration: 'repoExcludes', pattern: 'base/**' }]);
    expect(['base/a', 'apps/a'].filter(picks)).toEqual(['apps/a']);
  });

  it('picks everything without selectors', () => {
    expect(compileSelectors([])('anything')).toBe(true);
  });
});
