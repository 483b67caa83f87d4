// What is asked about people, groups and robots. Pure.
import { filters, LAST_PAGE, lists, PAGED, PAGES } from './parameters.mjs';

export function people({ project, user, group, robot }) {
  return {
    listUsers: {
      path: '/users',
      parameters: [
        ...PAGES,
        ...lists('username', 'email', 'creation_time', 'user_id', 'realname'),
        ...filters(
          'username=seed-user-0001',
          'username=~user-00',
          'username=~nobody',
          'email=~9@',
          'sysadmin_flag=true',
        ),
        'username=user-00',
        'email=example.com',
      ],
    },
    searchUsers: {
      path: '/users/search',
      parameters: ['username=user-00', 'username=seed', 'username=nobody', `username=seed&${LAST_PAGE}`],
    },
    getUser: { path: `/users/${user.id}` },
    getCurrentUserInfo: { path: '/users/current' },
    getCurrentUserPermissions: {
      path: '/users/current/permissions',
      parameters: ['', `scope=/project/${project.id}&relative=true`],
    },
    listSessions: { path: `/users/${user.id}/sessions` },
    listAccessTokens: { path: '/users/SELF/access-tokens', parameters: PAGED },
    listUserGroups: { path: '/usergroups', parameters: [...PAGED, 'group_name=group-1', 'ldap_group_dn=cn=nobody'] },
    searchUserGroups: { path: '/usergroups/search', parameters: ['groupname=group-1', 'groupname=nobody'] },
    getUserGroup: { path: `/usergroups/${group.id}` },
    ListRobot: {
      path: '/robots',
      parameters: [
        ...PAGES,
        ...lists('name', 'creation_time', 'expires_at'),
        ...filters('Level=system', `Level=project,ProjectID=${project.id}`, 'name=~robot-1', 'disabled=false'),
      ],
    },
    GetRobotByID: { path: `/robots/${robot.id}` },
    getPermissions: { path: '/permissions' },
  };
}
