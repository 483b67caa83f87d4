import fc from 'fast-check';
import { isProjectName, isRepositoryName, parseRepositoryName } from './repository-name';

const component = fc.stringMatching(/^[a-z0-9]{1,6}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,4}){0,3}$/);
const components = fc.array(component, { minLength: 2, maxLength: 6 });

describe('parseRepositoryName', () => {
  it('takes the first component as the project', () => {
    expect(parseRepositoryName('library/team/app')).toEqual({
      full: 'library/team/app',
      project: 'library',
      repository: 'team/app',
    });
  });

  it.each([
    'a/b',
    'a.b/c_d',
    'a__b/c--d',
    'a/blobs/b',
    'x/manifests',
    'tags/list/y',
    'a---b/0',
    `p/${'r'.repeat(253)}`,
  ])('accepts %s', (name) => {
    expect(parseRepositoryName(name).full).toBe(name);
  });

  it.each([
    ['nothing', ''],
    ['a project alone', 'library'],
    ['an empty component', 'a//b'],
    ['a slash at the start', '/a/b'],
    ['a slash at the end', 'a/b/'],
    ['upper case', 'a/B'],
    ['dots alone', 'a/..'],
    ['a dot at the end', 'a/b.'],
    ['two dots', 'a/b..c'],
    ['three underscores', 'a/b___c'],
    ['mixed separators', 'a/b-_c'],
    ['a separator at the start', 'a/-b'],
    ['an escape', 'a%2fb/c'],
    ['NUL', 'a/b\0'],
    ['a line break', 'a/b\n'],
    ['a letter outside ASCII', 'a/ü'],
    ['a colon', 'host:5000/a'],
    ['256 characters', `p/${'r'.repeat(254)}`],
  ])('refuses %s', (_, name) => {
    expect(() => parseRepositoryName(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  });

  it('accepts whatever the grammar makes, and puts it together again', () => {
    fc.assert(
      fc.property(components, (parts) => {
        const full = parts.join('/');
        const name = parseRepositoryName(full);
        expect(name.full).toBe(full);
        expect(`${name.project}/${name.repository}`).toBe(full);
        expect(name.project).toBe(parts[0]);
      }),
    );
  });

  it('refuses a good name with any foreign character put into it', () => {
    const foreign = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((c) => !/[a-z0-9._/-]/.test(c));
    fc.assert(
      fc.property(components, foreign, fc.nat(50), (parts, character, position) => {
        const name = parts.join('/');
        expect(isRepositoryName(name.slice(0, position) + character + name.slice(position))).toBe(false);
      }),
    );
  });

  it('answers at once for text made to confuse a regular expression', () => {
    for (const unit of ['a', '-', '_', 'a-', 'a_', 'a.', 'a/', '/', 'a--']) {
      expect(isRepositoryName(`${unit.repeat(100_000)}!`)).toBe(false);
      expect(isRepositoryName(`a/${unit.repeat(250 / unit.length)}!`)).toBe(false);
    }
  });
});

describe('isProjectName', () => {
  it.each(['library', 'a', '0', 'team-1', 'a.b_c-d', 'a'.repeat(255)])('accepts %s', (name) => {
    expect(isProjectName(name)).toBe(true);
  });

  it.each(['', 'A', 'a/b', '-a', 'a-', 'a--b', 'a__b', 'a b', 'a\n', 'a'.repeat(256)])('refuses %j', (name) => {
    expect(isProjectName(name)).toBe(false);
  });

  it('only accepts what may begin a repository name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9._-]{1,12}$/), (name) => {
        expect(!isProjectName(name) || isRepositoryName(`${name}/app`)).toBe(true);
      }),
    );
  });
});
