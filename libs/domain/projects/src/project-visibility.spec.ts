import { anonymous, type Principal, type RobotGrant } from '@breakwater/access';
import { SqlParameters } from '@breakwater/platform';
import { visibleProjects } from './project-visibility';

const user = { kind: 'user', id: 7, name: 'u', sysadmin: false, epoch: 0 } as const;
const grant = (namespace: string, resource = 'repository', kind: RobotGrant['kind'] = 'project'): RobotGrant => ({
  kind,
  namespace,
  resource,
  action: 'list',
  effect: 'allow',
});
const robot = (projectId: number, ...grants: RobotGrant[]): Principal => ({
  kind: 'robot',
  id: 1,
  name: 'robot$r',
  projectId,
  grants,
  epoch: 0,
});

function condition(principal: Principal): [string, unknown[]] {
  const parameters = new SqlParameters();
  return [visibleProjects(principal, parameters), parameters.values];
}

describe('visibleProjects', () => {
  it.each<[string, Principal, string, unknown[]]>([
    ['administrators', { ...user, sysadmin: true }, 'true', []],
    ['the platform', { kind: 'internal', name: 'core' }, 'true', []],
    ['robots of every project', robot(0, grant('*')), 'true', []],
    ['robots that may list projects', robot(0, grant('/', 'project', 'system')), 'true', []],
    ['anonymous callers', anonymous, 'p.public', []],
    ['the robot of a project', robot(3, grant('*')), '(p.public OR p.id = $1)', [3]],
    [
      'robots of named projects',
      robot(0, grant('a'), grant('b'), grant('a', 'artifact')),
      '(p.public OR p.name = ANY($1::text[]))',
      [['a', 'b']],
    ],
  ])('for %s', (_title, principal, sql, values) => {
    expect(condition(principal)).toEqual([sql, values]);
  });

  it('for users, public ones and those they are members of', () => {
    expect(condition(user)).toEqual([
      expect.stringMatching(
        /^\(p\.public OR p\.id IN \(SELECT m\.project_id .*entity_id = \$1\s.*gm\.user_id = \$1\)\)$/s,
      ),
      [7],
    ]);
  });

  it('for users with an access token, no more than the token names', () => {
    const grants = [{ projectId: 4, namespace: 'a', resource: 'repository', action: 'list' }];
    expect(condition({ ...user, token: { id: 1, grants } })).toEqual([
      expect.stringMatching(/^\(p\.public OR \(p\.id IN \(.*\) AND p\.id = ANY\(\$2::bigint\[\]\)\)\)$/s),
      [7, [4]],
    ]);
    expect(condition({ ...user, sysadmin: true, token: { id: 1, grants } })).toEqual([
      '(p.public OR (true AND p.id = ANY($1::bigint[])))',
      [[4]],
    ]);
    expect(condition({ ...user, sysadmin: true, token: { id: 1, grants: null } })).toEqual(['true', []]);
  });
});
