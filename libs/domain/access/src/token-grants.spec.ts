import { can, isAdministrator, tokenCovers, type ProjectFacts, type TokenGrant, type UserPrincipal } from './index';

const team: ProjectFacts = { id: 7, name: 'team', public: false, epoch: 0, roles: [1] };
const foreign: ProjectFacts = { ...team, id: 8, name: 'foreign', roles: [] };
const open: ProjectFacts = { ...foreign, id: 9, name: 'open', public: true };
const grant = (projectId: number, name: string): TokenGrant => {
  const [resource = '', action = ''] = name.split(':');
  return { projectId, namespace: 'x', resource, action };
};
const user = (grants: TokenGrant[] | null, sysadmin = false): UserPrincipal => ({
  kind: 'user',
  id: 1,
  name: 'alice',
  sysadmin,
  epoch: 0,
  token: { id: 3, grants },
});

describe('somebody with an access token', () => {
  it('may what the token and its owner both may', () => {
    const puller = user([grant(7, 'repository:pull'), grant(8, 'repository:pull')]);
    expect(can(puller, 'repository:pull', { project: team })).toBe(true);
    expect(can(puller, 'repository:push', { project: team })).toBe(false);
    expect(can(puller, 'repository:pull', { project: foreign })).toBe(false);
    expect(can(puller, 'user:list')).toBe(false);
  });

  it('may on every project what the token says of all, within the roles there', () => {
    const pusher = user([grant(-1, 'repository:push')]);
    expect(can(pusher, 'repository:push', { project: team })).toBe(true);
    expect(can(pusher, 'repository:push', { project: foreign })).toBe(false);
  });

  it('may what anyone may', () => {
    expect(can(user([grant(0, 'user:list')]), 'repository:pull', { project: open })).toBe(true);
    expect(can(user([grant(0, 'user:list')]), 'repository:push', { project: open })).toBe(false);
  });

  it('is no administrator where the token has bounds', () => {
    const bounded = user([grant(0, 'user:list'), grant(8, 'project:read')], true);
    expect(isAdministrator(bounded)).toBe(false);
    expect(can(bounded, 'user:list')).toBe(true);
    expect(can(bounded, 'user:delete')).toBe(false);
    expect(can(bounded, 'project:read', { project: foreign })).toBe(true);
    expect(can(bounded, 'project:read', { project: team })).toBe(false);
    // A permission on the system is none on a project, and the other way round.
    expect(can(user([grant(0, 'robot:list')], true), 'robot:list', { project: team })).toBe(false);
    expect(can(user([grant(-1, 'robot:list')], true), 'robot:list')).toBe(false);
  });

  it('may all that the owner may where it has none', () => {
    expect(isAdministrator(user(null, true))).toBe(true);
    expect(can(user(null), 'repository:push', { project: team })).toBe(true);
    expect(can(user(null), 'user:list')).toBe(false);
    expect(tokenCovers(user(null), 'project:create')).toBe(true);
    expect(tokenCovers(user([]), 'project:create')).toBe(false);
  });
});
