import { everyone, known } from './principals';
import { api, type Row } from './row';

const scanners = `${api}/scanners`;
const anyone = { only: everyone };
const loggedIn = { only: known };

/** Every route that runs by a schedule has the same seven. */
const scheduled = (path: string, id: string, resource: string): Row[] => [
  { route: `GET ${path}`, needs: `S ${resource}:list` },
  { route: `GET ${path}/schedule`, needs: `S ${resource}:read` },
  { route: `POST ${path}/schedule`, needs: `S ${resource}:create`, body: {} },
  { route: `PUT ${path}/schedule`, needs: `S ${resource}:update`, body: {} },
  { route: `GET ${path}/:${id}`, needs: `S ${resource}:read` },
  { route: `PUT ${path}/:${id}`, needs: `S ${resource}:stop` },
  { route: `GET ${path}/:${id}/log`, needs: `S ${resource}:read` },
];

export const systemRows: Row[] = [
  // open to anonymous
  { route: `GET ${api}/ping`, needs: anyone },
  { route: `GET ${api}/health`, needs: anyone },
  { route: `GET ${api}/systeminfo`, needs: anyone },
  { route: `GET ${api}/systeminfo/getcert`, needs: anyone },
  { route: `GET ${api}/openapi.json`, needs: anyone },
  { route: `GET ${api}/projects`, needs: anyone },
  { route: `GET ${api}/repositories`, needs: anyone },
  { route: `GET ${api}/search`, needs: anyone },
  { route: `GET ${api}/search/artifacts`, needs: anyone, query: '?tag=v1' },
  { route: `GET ${api}/icons/:digest`, needs: anyone },
  { route: 'GET /api/version', needs: anyone },
  { route: 'GET /devcenter-api-2.0', needs: anyone },
  { route: 'GET /devcenter-api-2.0/:file', needs: anyone },
  { route: 'GET /healthz', needs: anyone },
  { route: 'GET /readyz', needs: anyone },
  { route: 'GET /service/jwks.json', needs: anyone },
  { route: 'GET /service/token', needs: anyone, query: '?service=harbor-registry&scope=repository:team/app:pull' },
  { route: 'GET /service/token', needs: loggedIn, query: '?service=harbor-registry' },

  // pages of a browser; without a CSRF token (browser.int.spec.ts) nobody is let in
  { route: 'GET /c/log_out', needs: anyone },
  { route: 'POST /c/login', needs: anyone, body: { principal: 'stranger', password: 'Passw0rd1' }, csrf: true },
  { route: 'POST /c/userExists', needs: anyone, body: { target: 'username', value: 'a' }, csrf: true },

  // any logged-in user
  { route: `GET ${api}/statistics`, needs: loggedIn },
  { route: `GET ${api}/system/CVEAllowlist`, needs: loggedIn },
  { route: `GET ${api}/schedules/:job_type/paused`, needs: loggedIn },
  { route: `HEAD ${api}/projects`, needs: loggedIn, query: '?project_name=team' },
  // "plus creation restriction": robots need the permission, which only those of the system can have (section 1.6), and
  // so does an access token with bounds.
  { route: `POST ${api}/projects`, needs: { only: 'SLGDMPYAI' }, body: { project_name: 'NOT A NAME' } },

  // configure and systeminfo; the internal configuration is for the platform's own services alone
  { route: `GET ${api}/configurations`, needs: 'S configuration:read' },
  { route: `PUT ${api}/configurations`, needs: 'S configuration:update', body: {} },
  { route: `PUT ${api}/system/CVEAllowlist`, needs: 'S configuration:update', body: {} },
  { route: `GET ${api}/internalconfig`, needs: { only: 'I' } },
  { route: `GET ${api}/systeminfo/volumes`, needs: 'S system-volumes:read' },

  // scanner
  { route: `GET ${scanners}`, needs: 'S scanner:list' },
  { route: `POST ${scanners}`, needs: 'S scanner:create', body: { name: '', url: '' } },
  { route: `POST ${scanners}/ping`, needs: 'S scanner:read', body: { name: '', url: '' } },
  { route: `GET ${scanners}/:registration_id`, needs: 'S scanner:read' },
  { route: `PUT ${scanners}/:registration_id`, needs: 'S scanner:update', body: { name: '', url: '' } },
  { route: `PATCH ${scanners}/:registration_id`, needs: 'S scanner:update', body: { is_default: true } },
  { route: `DELETE ${scanners}/:registration_id`, needs: 'S scanner:delete' },
  { route: `GET ${scanners}/:registration_id/metadata`, needs: 'S scanner:read' },

  // gc and purge; the scrub is ours and runs with the same permissions as garbage collection
  ...scheduled(`${api}/system/gc`, 'gc_id', 'garbage-collection'),
  ...scheduled(`${api}/system/scrub`, 'scrub_id', 'garbage-collection'),
  ...scheduled(`${api}/system/purgeaudit`, 'purge_id', 'purge-audit'),

  // jobservice, schedule; events are ours, and seen by who may see the jobs
  { route: `GET ${api}/schedules`, needs: 'S jobservice-monitor:list' },
  { route: `GET ${api}/jobservice/queues`, needs: 'S jobservice-monitor:list' },
  { route: `PUT ${api}/jobservice/queues/:job_type`, needs: 'S jobservice-monitor:stop', body: { action: 'resume' } },
  { route: `GET ${api}/jobservice/pools`, needs: 'S jobservice-monitor:list' },
  { route: `GET ${api}/jobservice/pools/:pool_id/workers`, needs: 'S jobservice-monitor:list' },
  { route: `PUT ${api}/jobservice/jobs/:job_id`, needs: 'S jobservice-monitor:stop' },
  { route: `GET ${api}/jobservice/jobs/:job_id/log`, needs: 'S jobservice-monitor:list' },
  { route: `GET ${api}/jobservice/executions/:execution_id/events`, needs: 'S jobservice-monitor:list' },

  // quota, auditlog: rows of projects whose log one may read, for those who may not read it all
  { route: `GET ${api}/quotas`, needs: 'S quota:list' },
  { route: `GET ${api}/quotas/:id`, needs: 'S quota:read' },
  { route: `PUT ${api}/quotas/:id`, needs: 'S quota:update', body: {} },
  { route: `GET ${api}/audit-logs`, needs: loggedIn },
  { route: `GET ${api}/auditlog-exts`, needs: loggedIn },
  { route: `GET ${api}/auditlog-exts/events`, needs: 'S audit-log:list' },

  // ours: imports are given to no robot
  { route: `POST ${api}/system/import`, needs: 'S storage-import:create', body: { project: 'NOT A NAME' } },
  { route: `GET ${api}/system/import`, needs: 'S storage-import:list' },
  { route: `GET ${api}/system/import/:import_id`, needs: 'S storage-import:read' },
  { route: `PUT ${api}/system/import/:import_id`, needs: 'S storage-import:stop' },
  { route: `GET ${api}/system/import/:import_id/log`, needs: 'S storage-import:read' },
];
