import { api, named, project, usual, type Row } from './row';

const webhooks = `${project}/webhook`;
const policy = `${webhooks}/policies/:webhook_policy_id`;
const systemWebhooks = `${api}/system/webhook/policies`;

const projects: Row[] = [
  { route: `GET ${project}`, needs: 'P project:read' },
  { route: `GET ${project}/summary`, needs: 'P project:read' },
  { route: `PUT ${project}`, needs: 'P project:update', body: {} },
  { route: `DELETE ${project}`, needs: 'P project:delete' },
  { route: `GET ${project}/_deletable`, needs: 'P project:delete' },
  { route: `GET ${project}/artifacts`, needs: 'P artifact:list' },
  { route: `GET ${named}/logs`, needs: 'P log:list' },
  { route: `GET ${named}/auditlog-exts`, needs: 'P log:list' },
  // Ours. Whoever comes second is told that it is being deleted.
  { route: `POST ${project}/deletions`, needs: 'P project:delete', body: {} },
  // Of a deletion that somebody else began: who sees all projects.
  { route: `GET ${api}/project-deletions/:deletion_id`, needs: 'S project:list' },
  // Ours: who needs which bytes
  { route: `GET ${project}/storage`, needs: 'P quota:read' },
  { route: `GET ${project}/storage/repositories`, needs: 'P quota:read' },
];

/** Section 3.4: of the operations on a project, the first is there for "any logged-in user". */
const scanners: Row[] = [
  { route: `GET ${project}/scanner`, needs: 'P scanner:read', loggedIn: true },
  { route: `PUT ${project}/scanner`, needs: 'P scanner:create', body: { uuid: usual.registration_id } },
  { route: `GET ${project}/scanner/candidates`, needs: 'P scanner:create' },
];

/** ⚠ The list of metadata is out of reach for every role. */
const membersAndMetadata: Row[] = [
  { route: `GET ${project}/members`, needs: 'P member:list' },
  { route: `POST ${project}/members`, needs: 'P member:create', body: { role_id: 0 } },
  { route: `GET ${project}/members/:mid`, needs: 'P member:read' },
  { route: `PUT ${project}/members/:mid`, needs: 'P member:update', body: { role_id: 1 } },
  { route: `DELETE ${project}/members/:mid`, needs: 'P member:delete' },
  { route: `GET ${project}/metadatas`, needs: 'P metadata:list' },
  { route: `POST ${project}/metadatas`, needs: 'P metadata:create', body: { nonsense: 'x' } },
  { route: `GET ${project}/metadatas/:meta_name`, needs: 'P metadata:read' },
  { route: `PUT ${project}/metadatas/:meta_name`, needs: 'P metadata:update', body: { severity: 'nonsense' } },
  { route: `DELETE ${project}/metadatas/:meta_name`, needs: 'P metadata:delete' },
];

/** Deliveries and redeliveries are ours; so are policies of the system, which no robot is given. */
const webhookRows: Row[] = [
  { route: `GET ${webhooks}/policies`, needs: 'P notification-policy:list' },
  { route: `POST ${webhooks}/policies`, needs: 'P notification-policy:create', body: {} },
  { route: `GET ${policy}`, needs: 'P notification-policy:read' },
  { route: `PUT ${policy}`, needs: 'P notification-policy:update', body: {} },
  { route: `DELETE ${policy}`, needs: 'P notification-policy:delete' },
  { route: `GET ${policy}/executions`, needs: 'P notification-policy:read' },
  { route: `GET ${policy}/executions/:execution_id/tasks`, needs: 'P notification-policy:read' },
  { route: `GET ${policy}/executions/:execution_id/tasks/:task_id/log`, needs: 'P notification-policy:read' },
  { route: `POST ${policy}/executions/:execution_id/redeliveries`, needs: 'P notification-policy:update' },
  { route: `GET ${policy}/deliveries`, needs: 'P notification-policy:read' },
  { route: `GET ${webhooks}/lasttrigger`, needs: 'P notification-policy:read' },
  { route: `GET ${webhooks}/events`, needs: 'P notification-policy:read' },
  { route: `GET ${webhooks}/jobs`, needs: 'P notification-policy:list', query: '?policy_id=999999' },
  { route: `GET ${systemWebhooks}`, needs: { only: 'AI' } },
  { route: `POST ${systemWebhooks}`, needs: { only: 'AI' }, body: {} },
  { route: `GET ${systemWebhooks}/:webhook_policy_id`, needs: { only: 'AI' } },
  { route: `PUT ${systemWebhooks}/:webhook_policy_id`, needs: { only: 'AI' }, body: {} },
  { route: `DELETE ${systemWebhooks}/:webhook_policy_id`, needs: { only: 'AI' } },
  { route: `GET ${systemWebhooks}/:webhook_policy_id/executions`, needs: { only: 'AI' } },
  { route: `GET ${systemWebhooks}/:webhook_policy_id/executions/:execution_id/tasks`, needs: { only: 'AI' } },
  {
    route: `GET ${systemWebhooks}/:webhook_policy_id/executions/:execution_id/tasks/:task_id/log`,
    needs: { only: 'AI' },
  },
  { route: `POST ${systemWebhooks}/:webhook_policy_id/executions/:execution_id/redeliveries`, needs: { only: 'AI' } },
  { route: `GET ${systemWebhooks}/:webhook_policy_id/deliveries`, needs: { only: 'AI' } },
];

export const projectRows: Row[] = [...projects, ...scanners, ...membersAndMetadata, ...webhookRows];
