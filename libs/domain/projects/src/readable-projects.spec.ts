import { anonymous, type Principal, type RobotGrant } from '@breakwater/access';
import { SqlParameters } from '@breakwater/platform';
import { visibleProjects } from './project-visibility';
import { readableProjects } from './readable-projects';

const grant = (namespace: string, permission = 'artifact:list', effect: RobotGrant['effect'] = 'allow'): RobotGrant => {
  const [resource = '', action = ''] = permission.split(':');
  return { kind: namespace === '/' ? 'system' : 'project', namespace, resource, action, effect };
};
const robot = (projectId: number, ...grants: RobotGrant[]): Principal => ({
  kind: 'robot',
  id: 1,
  name: 'robot$r',
  projectId,
  grants,
  epoch: 0,
});

function condition(principal: Principal, of: typeof readableProjects = readableProjects): [string, unknown[]] {
  const parameters = new SqlParameters();
  return [of(principal, parameters), parameters.values];
}

describe('readableProjects', () => {
  it.each<[string, Principal, string, unknown[]]>([
    ['robots of every project', robot(0, grant('*')), '((p.public OR true) AND NOT false)', []],
    ['the robot of a project', robot(3, grant('team')), '((p.public OR p.id = $1) AND NOT false)', [3]],
    [
      'robots of named projects',
      robot(0, grant('a'), grant('b'), grant('a')),
      '((p.public OR p.name = ANY($1::text[])) AND NOT false)',
      [['a', 'b']],
    ],
    [
      'robots that were given something else',
      robot(3, grant('a', 'tag:list')),
      '((p.public OR false) AND NOT false)',
      [],
    ],
    ['robots that may list projects', robot(0, grant('/', 'project:list')), '((p.public OR false) AND NOT false)', []],
    [
      'robots that something was denied to',
      robot(0, grant('*'), grant('a', 'artifact:list', 'deny')),
      '((p.public OR true) AND NOT p.name = ANY($1::text[]))',
      [['a']],
    ],
  ])('for %s', (_title, principal, sql, values) => {
    expect(condition(principal)).toEqual([sql, values]);
  });

  it.each<[string, Principal]>([
    ['anonymous callers', anonymous],
    ['users', { kind: 'user', id: 7, name: 'u', sysadmin: false, epoch: 0 }],
    ['administrators', { kind: 'user', id: 1, name: 'admin', sysadmin: true, epoch: 0 }],
  ])('for %s, those that they see', (_title, principal) => {
    expect(condition(principal)).toEqual(condition(principal, visibleProjects));
  });
});
