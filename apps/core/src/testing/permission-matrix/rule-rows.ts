import { everyone, type Needs, type Place } from './principals';
import { api, project, type Row } from './row';

const immutable: Row[] = [
  { route: `GET ${project}/immutabletagrules`, needs: 'P immutable-tag:list' },
  { route: `POST ${project}/immutabletagrules`, needs: 'P immutable-tag:create', body: {} },
  { route: `PUT ${project}/immutabletagrules/:immutable_rule_id`, needs: 'P immutable-tag:update', body: {} },
  { route: `DELETE ${project}/immutabletagrules/:immutable_rule_id`, needs: 'P immutable-tag:delete' },
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
  { route: `GET ${api}/retentions/metadatas`, needs: { only: everyone } },
  ...retention('team'),
  ...retention('open'),
];
