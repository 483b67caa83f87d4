// Rounds of an administrator who makes a project with all that belongs to it, changes it and looks at it.
import { Api } from './client.mjs';

const LIMIT = 1_000_000;
const ACCESS = [
  { resource: 'repository', action: 'pull' },
  { resource: 'repository', action: 'push' },
];

/** What belongs together is there together; each statement names what is not, a row for each case. */
const HALF_MADE = {
  'a project without its quota': `
    SELECT name FROM project p WHERE NOT EXISTS (SELECT FROM quota WHERE project_id = p.id AND hard = ${LIMIT})`,
  'a project whose owner is no member': `
    SELECT name FROM project p WHERE NOT EXISTS (
      SELECT FROM project_member WHERE project_id = p.id AND entity_id = p.owner_id AND role_id = 1)`,
  'a project without what it was made with': `
    SELECT name FROM project p WHERE NOT EXISTS (
      SELECT FROM project_metadata WHERE project_id = p.id AND name = 'auto_scan')`,
  'a robot without all its permissions': `
    SELECT name FROM robot r WHERE (SELECT count(*) FROM robot_permission WHERE robot_id = r.id) <> ${ACCESS.length}`,
  'a project that the log does not tell of, or tells of twice': `
    SELECT name FROM project p WHERE (
      SELECT count(*) FROM outbox WHERE topic = 'action.audited' AND payload ->> 'resource' = p.name
        AND payload ->> 'event' = 'create_project' AND (payload ->> 'succeeded')::boolean) <> 1`,
};

/**
 * @param {{ lab: Awaited<ReturnType<typeof import('./lab.mjs').startLab>>, label: string }} options projects are called
 *   `<label>-w<worker>-<round>`
 */
export function managementLoad({ lab, label }) {
  const api = new Api(lab.cores[0].url, lab.admin);
  /** What was heard to be there. */
  const acknowledged = { projects: new Set(), robots: new Set(), labels: new Set() };
  return {
    /** @param {number} worker @param {number} index @param {import('./load.mjs').Check} check */
    async round(worker, index, check) {
      const name = `${label}-w${worker}-${index}`;
      const call = async (...request) => check(await api.call(...request), `${request[0]} ${request[1]}`);
      await call('POST', '/projects', { project_name: name, metadata: { auto_scan: 'true' }, storage_limit: LIMIT });
      acknowledged.projects.add(name);
      await call('POST', '/robots', robotOf(name));
      acknowledged.robots.add(name);
      const { body } = await call('GET', `/projects/${name}`);
      await call('POST', '/labels', { name, scope: 'p', project_id: JSON.parse(body).project_id });
      acknowledged.labels.add(name);
      await call('PUT', `/projects/${name}`, { metadata: { severity: 'high' } });
      await call('GET', '/projects?page_size=10');
    },

    /** Throws when something acknowledged is missing or something is half there; how many projects there are. */
    async verify() {
      const problems = [];
      for (const [what, statement] of Object.entries(HALF_MADE)) {
        const rows = await lab.sql(`SELECT * FROM (${statement}) found WHERE name LIKE '${label}-%'`);
        problems.push(...rows.map(({ name }) => `${what}: ${name}`));
      }
      for (const [kind, names] of Object.entries(acknowledged)) {
        const rows = await lab.sql(`SELECT name FROM ${kind.slice(0, -1)} WHERE name LIKE '${label}-%'`);
        const found = new Set(rows.map(({ name }) => name));
        problems.push(...[...names].filter((name) => !found.has(name)).map((name) => `${kind}: ${name} is gone`));
      }
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return acknowledged.projects.size;
    },
  };
}

function robotOf(project) {
  const permissions = [{ kind: 'project', namespace: project, access: ACCESS }];
  return { name: project, level: 'project', duration: -1, permissions };
}
