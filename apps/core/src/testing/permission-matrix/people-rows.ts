import { known } from './principals';
import { api, type Row } from './row';

const user = `${api}/users/:user_id`;
const own = { user_id: '{stranger}' };
/** The stranger's own account, by itself; the rest as for any account. */
const selfOr = (others: string) => ({ only: `S${others}` });

const users: Row[] = [
  { route: `GET ${api}/users/current`, needs: { only: known } },
  { route: `GET ${api}/users/current/permissions`, needs: { only: known } },
  { route: `GET ${api}/users/search`, needs: { only: known }, query: '?username=a' },
  { route: `GET ${api}/users`, needs: 'S user:list' },
  { route: `POST ${api}/users`, needs: 'S user:create', body: {} },
  { route: `GET ${user}`, needs: 'S user:read' },
  { route: `GET ${user}`, needs: selfOr('YAI'), fill: own },
  { route: `PUT ${user}`, needs: 'S user:update', body: {} },
  { route: `PUT ${user}`, needs: selfOr('YAI'), fill: own, body: {} },
  { route: `DELETE ${user}`, needs: 'S user:delete' },
  // Not even one's own.
  { route: `PUT ${user}/sysadmin`, needs: 'S user:update', body: { sysadmin_flag: true } },
  { route: `PUT ${user}/password`, needs: 'S user:update', body: { new_password: 'weak' } },
  {
    route: `PUT ${user}/password`,
    needs: selfOr('YAI'),
    fill: own,
    body: { old_password: 'Passw0rd1', new_password: 'weak' },
  },
  { route: `PUT ${user}/cli_secret`, needs: 'S user:update', body: {} },
  { route: `PUT ${user}/cli_secret`, needs: selfOr('YAI'), fill: own, body: {} },
];

/** In addition to Harbor: who may see an account may see these, who may change it may end them; tokens are made in person. */
const signedIn: Row[] = [
  { route: `GET ${user}/sessions`, needs: 'S user:read' },
  { route: `GET ${user}/sessions`, needs: selfOr('YAI'), fill: own },
  { route: `DELETE ${user}/sessions`, needs: 'S user:update' },
  { route: `DELETE ${user}/sessions`, needs: selfOr('YAI'), fill: own },
  { route: `DELETE ${user}/sessions/:session_id`, needs: 'S user:update' },
  { route: `DELETE ${user}/sessions/:session_id`, needs: selfOr('YAI'), fill: own },
  { route: `GET ${user}/access-tokens`, needs: 'S user:read' },
  { route: `GET ${user}/access-tokens`, needs: selfOr('YAI'), fill: own },
  { route: `POST ${user}/access-tokens`, needs: { only: '' }, body: { name: '' } },
  { route: `POST ${user}/access-tokens`, needs: { only: 'S' }, fill: own, body: { name: '' } },
  { route: `DELETE ${user}/access-tokens/:token_id`, needs: 'S user:update' },
  { route: `DELETE ${user}/access-tokens/:token_id`, needs: selfOr('YAI'), fill: own },
];

const groups: Row[] = [
  { route: `GET ${api}/usergroups`, needs: 'S user-group:list' },
  { route: `POST ${api}/usergroups`, needs: 'S user-group:create', body: {} },
  { route: `GET ${api}/usergroups/search`, needs: { only: known } },
  { route: `GET ${api}/usergroups/:group_id`, needs: 'S user-group:read' },
  { route: `PUT ${api}/usergroups/:group_id`, needs: 'S user-group:update', body: {} },
  { route: `DELETE ${api}/usergroups/:group_id`, needs: 'S user-group:delete' },
];

const robot = `${api}/robots/:robot_id`;
const onTeam = { kind: 'project', namespace: 'team' };
const system = { robot_id: '{systemRobot}' };
const ofTeam = { robot_id: '{teamRobot}' };
const ofOpen = { robot_id: '{openRobot}' };
const weak = { secret: 'weak' };

/** On the project or on the system, by level. ⚠ Robots are given no robot:update: none gives another a new secret. */
const robots: Row[] = [
  { route: `GET ${api}/robots`, needs: 'S robot:list' },
  { route: `GET ${api}/robots`, needs: 'P robot:list', query: '?q=Level%3Dproject%2CProjectID%3D{team}' },
  { route: `GET ${api}/robots`, needs: 'P robot:list', at: 'open', query: '?q=Level%3Dproject%2CProjectID%3D{open}' },
  { route: `POST ${api}/robots`, needs: 'S robot:create', body: { level: 'system', name: '', permissions: [] } },
  {
    route: `POST ${api}/robots`,
    needs: 'P robot:create',
    body: { level: 'project', name: '', permissions: [onTeam] },
  },
  {
    route: `POST ${api}/robots`,
    needs: 'P robot:create',
    at: 'open',
    body: { level: 'project', name: '', permissions: [{ ...onTeam, namespace: 'open' }] },
  },
  { route: `GET ${robot}`, needs: 'S robot:read', fill: system },
  { route: `GET ${robot}`, needs: 'P robot:read', fill: ofTeam },
  { route: `GET ${robot}`, needs: 'P robot:read', at: 'open', fill: ofOpen },
  { route: `PUT ${robot}`, needs: 'S robot:update', fill: system, body: {} },
  { route: `PUT ${robot}`, needs: 'P robot:update', fill: ofTeam, body: {} },
  { route: `PUT ${robot}`, needs: 'P robot:update', at: 'open', fill: ofOpen, body: {} },
  { route: `PATCH ${robot}`, needs: 'S robot:update', fill: system, body: weak },
  { route: `PATCH ${robot}`, needs: 'P robot:update', fill: ofTeam, body: weak },
  { route: `PATCH ${robot}`, needs: 'P robot:update', at: 'open', fill: ofOpen, body: weak },
  { route: `DELETE ${robot}`, needs: 'S robot:delete', fill: { robot_id: '{doomedSystem}' } },
  { route: `DELETE ${robot}`, needs: 'P robot:delete', fill: { robot_id: '{doomedTeam}' } },
  // "system admin or project admin", those of the project whatever their token says: it is a list of words.
  { route: `GET ${api}/permissions`, needs: { only: 'PTAI' } },
];

export const peopleRows: Row[] = [...users, ...signedIn, ...groups, ...robots];
