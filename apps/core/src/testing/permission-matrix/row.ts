import type { Needs, Place } from './principals';

/** One operation, and who may call it. */
export interface Row {
  /** Method and path, as registered. */
  route: string;
  needs: Needs;
  /** Refuses who has not logged in, also what a public project shows to everyone. */
  loggedIn?: true;
  /** Where that is, when the path names no project; asked of both projects when it does. */
  at?: Place;
  /** Sent so that nothing is changed by who is let in: most are refused later, for what they hold. */
  body?: object;
  query?: string;
  /** Parameters of the path other than the usual. `{name}`, here and in body and query: an id of something made. */
  fill?: Record<string, string>;
  /** Sent with a CSRF token. */
  csrf?: true;
  /** Made anew under that name once somebody was let in. */
  restore?: string;
}

/** Nothing has these names, so that nothing is deleted. */
export const usual: Readonly<Record<string, string>> = {
  repository_name: 'app',
  reference: 'v1',
  tag_name: 'none',
  label_id: '999999',
  addition: 'none',
  digest: `sha256:${'0'.repeat(64)}`,
  mid: '999999',
  meta_name: 'severity',
  user_id: '999999',
  deletion_id: '999999',
  gc_id: '999999',
  webhook_policy_id: '999999',
  execution_id: '999999',
  task_id: '999999',
  scrub_id: '999999',
  import_id: '999999',
  immutable_rule_id: '999999',
  material_id: '999999',
  purge_id: '999999',
  registration_id: '6f1fd9c4-2a45-4b54-8f51-000000000001',
  file: 'api-page.js',
  job_type: 'NONE',
  pool_id: 'none',
  job_id: '999999',
  session_id: '6f1fd9c4-2a45-4b54-8f51-000000000000',
  token_id: '999999',
  group_id: '999999',
  id: '999999',
  eid: '999999',
  tid: '999999',
};

export const api = '/api/v2.0';
export const project = `${api}/projects/:project_name_or_id`;
export const named = `${api}/projects/:project_name`;
export const repository = `${named}/repositories/:repository_name`;
export const artifact = `${repository}/artifacts/:reference`;

export const namesProject = ({ route }: Row): boolean => route.includes(':project_name');

/** Of a test. */
export function titleOf({ route, query = '', fill = {}, body }: Row): string {
  const { level, scope } = (body ?? {}) as { level?: string; scope?: { ref: string } };
  return [route + query, ...Object.values(fill), level, scope?.ref].filter(Boolean).join(' ');
}
