import { projectsNamed, tokenGrants, validateExpiry, validateTokenName } from './access-token-rules';

const pull = { resource: 'repository', action: 'pull' };
const on = (namespace: string, kind = 'project', access = [pull]) => ({ kind, namespace, access });
const refused = expect.objectContaining({ code: 'BAD_REQUEST' });

describe('permissions of a token', () => {
  it('are kept each once, with the ids of projects', () => {
    const projects = new Map([['team', 7]]);
    const listUsers = { resource: 'user', action: 'list' };
    expect(tokenGrants([on('team'), on('team'), on('*'), on('/', 'system', [listUsers])], projects)).toEqual([
      { projectId: 7, namespace: 'team', ...pull },
      { projectId: -1, namespace: '*', ...pull },
      { projectId: 0, namespace: '/', ...listUsers },
    ]);
  });

  it('name projects', () => {
    expect(projectsNamed([on('a'), on('b'), on('a'), on('*'), on('/', 'system')])).toEqual(['a', 'b']);
    expect(() => projectsNamed(Array.from({ length: 21 }, (_, index) => on(`p${index}`)))).toThrow(refused);
  });

  it.each([
    ['none', []],
    ['an unknown project', [on('other')]],
    ['an unknown kind', [on('team', 'repository')]],
    ['a system of another name', [on('team', 'system')]],
    ['nothing in it', [on('team', 'project', [])]],
    ['an unknown permission', [on('team', 'project', [{ resource: 'repository', action: 'burn' }])]],
    ['one of the system on a project', [on('team', 'project', [{ resource: 'user', action: 'list' }])]],
    ['robots to make', [on('team', 'project', [{ resource: 'robot', action: 'create' }])]],
    ['robots to change', [on('/', 'system', [{ resource: 'robot', action: 'update' }])]],
  ])('are refused: %s', (_what, permissions) => {
    expect(() => tokenGrants(permissions, new Map([['team', 7]]))).toThrow(refused);
  });
});

it.each(['', ' a', 'a'.repeat(256), 'a\nb'])('a token cannot be called %j', (name) => {
  expect(() => validateTokenName(name)).toThrow(refused);
});

describe('the end of a token', () => {
  const now = new Date('2026-11-01T00:00:00Z');
  it.each(['2026-11-01T00:00:00Z', '2026-10-01T00:00:00Z', '2046-11-01T00:00:00Z', 'nonsense'])('is not %s', (text) => {
    expect(() => validateExpiry(new Date(text), now)).toThrow(refused);
  });

  it('is some day, or never', () => {
    expect(() => validateExpiry(new Date('2026-11-01T00:00:01Z'), now)).not.toThrow();
    expect(() => validateExpiry(undefined, now)).not.toThrow();
  });
});
