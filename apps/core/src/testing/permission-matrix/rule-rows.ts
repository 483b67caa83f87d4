import { everyone, type Needs, type Place } from './principals';
import { api, project, type Row } from './row';

const immutable: Row[] = [
  { route: `GET ${project}/immutabletagrules`, needs: 'P immutable-tag:list' },
  { route: `POST ${project}/immutabletagrules`, needs: 'P immutable-tag:create', body: {} },
  { route: `PUT ${project}/immutabletagrules/:immutable_rule_id`, needs: 'P immutable-tag:update', body: {} },
  { route: `DELETE ${project}/immutabletagrules/:immutable_rule_id`, needs: 'P immutable-tag:delete' },
];

const trust = `${project}/trust-policy`;
/** Ours: read by those who see how the project is set up, changed by who sets it up, and by no robot. */
const trustPolicy: Row[] = [
  { route: `GET ${trust}`, needs: 'P configuration:read' },
  { route: `PUT ${trust}`, needs: 'P configuration:update', body: { pull: 'perhaps' } },
  { route: `DELETE ${trust}`, needs: 'P configuration:update' },
  { route: `GET ${trust}/effective`, needs: 'P configuration:read' },
  { route: `GET ${trust}/materials`, needs: 'P configuration:read' },
  { route: `POST ${trust}/materials`, needs: 'P configuration:update', body: {} },
  { route: `GET ${trust}/materials/:material_id`, needs: 'P configuration:read' },
  { route: `DELETE ${trust}/materials/:material_id`, needs: 'P configuration:update' },
];

const policy = `${api}/retentions/:id`;
const executions = `${policy}/executions`;
/** A policy without rules keeps everything. */
const noRules = (place: Place) => ({ rules: [], scope: { level: 'project', ref: `{${place}}` } });

/** The path names no project, the policy does. ⚠ Running and stopping need `update`: `operate` is never asked for. */
function retention(place: Place): Row[] {
  const fill = { id: `{${place}Retention}` };
  const row = (route: string, needs: Needs, more: Partial<Row> = {}): Row => ({
    route,
    needs,
    at: place,
    fill,
    ...more,
  });
  return [
    // The project has a policy already, so that none is made.
    { route: `POST ${api}/retentions`, needs: 'P tag-retention:create', at: place, body: noRules(place) },
    row(`GET ${policy}`, 'P tag-retention:read'),
    row(`PUT ${policy}`, 'P tag-retention:update', { body: noRules(place) }),
    row(`GET ${executions}`, 'P tag-retention:list'),
    row(`POST ${executions}`, 'P tag-retention:update', { body: { dry_run: true } }),
    row(`PATCH ${executions}/:eid`, 'P tag-retention:update', { body: { action: 'stop' } }),
    row(`GET ${executions}/:eid/tasks`, 'P tag-retention:list'),
    row(`GET ${executions}/:eid/tasks/:tid`, 'P tag-retention:read'),
    row(`DELETE ${policy}`, 'P tag-retention:delete', { restore: `${place}Retention` }),
  ];
}

export const ruleRows: Row[] = [
  ...immutable,
  ...trustPolicy,
  { route: `GET ${api}/retentions/metadatas`, needs: { only: everyone } },
  ...retention('team'),
  ...retention('open'),
];
